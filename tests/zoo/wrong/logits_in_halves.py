# zoo: wrong
# what: logits of both models rounded to halves
# caught-by: law
# diagnosis: coarse-numbers
from speculation import Sampler


class This(Sampler):
    def warp(self, logits):
        return super().warp((logits * 2).round() / 2)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
