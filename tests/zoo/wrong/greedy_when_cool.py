# zoo: wrong
# what: below temperature 1 it does not sample
# caught-by: law
# diagnosis: greedy-sampling
from speculation import Sampler, warp


class This(Sampler):
    def warp(self, logits):
        return warp(logits, self.temperature if self.temperature >= 1 else 0, self.top_p)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
