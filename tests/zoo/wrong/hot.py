# zoo: wrong
# what: the target at 1.25 of the temperature
# caught-by: law
# diagnosis: temperature
from speculation import Sampler


class This(Sampler):
    def target_rows(self, logits):
        return self.warp(logits / 1.25)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
