# zoo: wrong
# what: top-p is ignored
# caught-by: law
# diagnosis: no-top-p
from speculation import Sampler, warp


class This(Sampler):
    def warp(self, logits):
        return warp(logits, self.temperature, 1.0)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
