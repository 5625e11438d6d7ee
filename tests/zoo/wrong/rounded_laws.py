# zoo: wrong
# what: probabilities rounded to three decimals
# caught-by: law
# budget: full
# diagnosis: coarse-numbers
from speculation import Sampler


class This(Sampler):
    def warp(self, logits):
        return (super().warp(logits) * 1000).round() / 1000


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
