# zoo: wrong
# what: a softmax over the residual instead of a division
# caught-by: law
# diagnosis: correct-by-softmax
import torch

from speculation import Sampler


class This(Sampler):
    def correction(self, target, draft):
        return torch.softmax((target - draft).clamp_min(0), dim=-1)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
