# zoo: honest
# what: draws all its random numbers ahead, and tokens from them by the inverse CDF
# caught-by: none
import torch

from speculation import Sampler


class This(Sampler):
    def __init__(self, *models_and_prompt, **settings):
        super().__init__(*models_and_prompt, **settings)
        self.bulk = iter(torch.rand(20_000, generator=self.generator).tolist())

    def uniform(self):
        return next(self.bulk)

    def draw(self, probs):
        sums = probs.double().cumsum(-1)
        at = int(torch.searchsorted(sums, torch.tensor(self.uniform() * float(sums[-1])), right=True))
        return min(at, int(probs.nonzero().max()))


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
