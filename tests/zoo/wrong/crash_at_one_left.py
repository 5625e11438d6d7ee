# zoo: wrong
# what: stacks the drafts' rows even when there is none
# caught-by: contract
import torch

from speculation import Sampler


class This(Sampler):
    def propose(self, gamma):
        drafts, rows = super().propose(gamma)
        return drafts, torch.stack(rows)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
