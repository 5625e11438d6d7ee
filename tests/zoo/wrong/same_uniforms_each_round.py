# zoo: wrong
# what: draws a block of random numbers once and tests every round with it
# caught-by: law
# budget: full
# diagnosis: numbers-used-again
import torch

from speculation import Sampler


class This(Sampler):
    def round(self, gamma):
        if not hasattr(self, "numbers"):
            self.numbers = torch.rand(64, generator=self.generator).tolist()
        self.left = iter(self.numbers)
        return super().round(gamma)

    def uniform(self):
        return next(self.left)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
