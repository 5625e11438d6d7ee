# zoo: wrong
# what: top-p leaves out the token that reaches it
# caught-by: law
# budget: full
# diagnosis: top-p-short
import torch

from speculation import Sampler


class This(Sampler):
    def warp(self, logits):
        if self.temperature == 0 or self.top_p == 1.0:
            return super().warp(logits)
        falling, order = torch.softmax(logits / self.temperature, dim=-1).sort(dim=-1, descending=True)
        dropped = falling.cumsum(-1) > self.top_p
        dropped[..., 0] = False
        falling[dropped] = 0
        probs = torch.zeros_like(falling).scatter(-1, order, falling)
        return probs / probs.sum(-1, keepdim=True)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
