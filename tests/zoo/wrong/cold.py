# zoo: wrong
# what: the target at 0.8 of the temperature
# caught-by: law
# diagnosis: temperature
from speculation import Sampler


class This(Sampler):
    def target_rows(self, logits):
        return self.warp(logits / 0.8)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
