# zoo: honest
# what: probabilities of both models in bfloat16, scaled back to 1 in single precision
# caught-by: none
import torch
from speculation import Sampler


class This(Sampler):
    def warp(self, logits):
        probs = super().warp(logits).to(torch.bfloat16).to(torch.float32)
        return probs / probs.sum(-1, keepdim=True)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
