# zoo: wrong
# what: logits of both models rounded to quarters
# caught-by: law
# diagnosis: coarse-numbers
# budget: full
from speculation import Sampler


class This(Sampler):
    def warp(self, logits):
        return super().warp((logits * 4).round() / 4)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
