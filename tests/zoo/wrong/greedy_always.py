# zoo: wrong
# what: greedy at any temperature
# caught-by: law
# diagnosis: greedy-sampling
from speculation import Sampler, warp


class This(Sampler):
    def warp(self, logits):
        return warp(logits, 0.0, 1.0)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
