# zoo: wrong
# what: one random number decides on all drafts of a round
# caught-by: law
# budget: full
# diagnosis: one-uniform-a-block
import torch

from speculation import Sampler


class This(Sampler):
    def round(self, gamma):
        self.once = torch.rand((), generator=self.generator)
        return super().round(gamma)

    def uniform(self):
        return self.once


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
