# zoo: honest
# what: all arithmetic in double precision
# caught-by: none
from speculation import Sampler


class This(Sampler):
    def warp(self, logits):
        return super().warp(logits.double())


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
