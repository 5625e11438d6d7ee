# zoo: wrong
# what: the temperature divides probabilities, which then go through a softmax again
# caught-by: law
import torch
from speculation import Sampler


class This(Sampler):
    def warp(self, logits):
        if self.temperature == 0:
            return super().warp(logits)
        return torch.softmax(torch.softmax(logits, dim=-1) / self.temperature, dim=-1)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
