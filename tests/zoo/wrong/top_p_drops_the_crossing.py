# zoo: wrong
# what: top-p drops the token that crosses the bound, on both models
# caught-by: law
# diagnosis: top-p-short
# budget: full
import torch

from speculation import Sampler


class Short(Sampler):
    def warp(self, logits):
        if self.temperature == 0 or self.top_p >= 1:
            return super().warp(logits)
        falling, order = torch.softmax(logits / self.temperature, dim=-1).sort(dim=-1, descending=True)
        dropped = falling.cumsum(-1) > self.top_p
        dropped[..., 0] = False
        falling[dropped] = 0
        probs = torch.zeros_like(falling).scatter(-1, order, falling)
        return probs / probs.sum(-1, keepdim=True)


def generate(target, draft, input_ids, **settings):
    return Short(target, draft, input_ids, **settings).run()
