# zoo: honest
# what: a sharper draft law, used for drawing and in the test
# caught-by: none
from speculation import Sampler


class This(Sampler):
    def draft_row(self, logits):
        return self.warp(logits * 1.3)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
