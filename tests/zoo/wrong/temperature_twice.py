# zoo: wrong
# what: divides by the temperature twice
# caught-by: law
# budget: full
# diagnosis: warped-twice
from speculation import Sampler


class This(Sampler):
    def warp(self, logits):
        return super().warp(logits / self.temperature if self.temperature else logits)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
