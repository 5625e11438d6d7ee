# zoo: wrong
# what: top-p without scaling back to 1
# caught-by: law
# budget: full
# diagnosis: top-p-unscaled
import torch

from speculation import Sampler, trim


class This(Sampler):
    def warp(self, logits):
        if self.temperature == 0 or self.top_p == 1.0:
            return super().warp(logits)
        return trim(torch.softmax(logits / self.temperature, -1), self.top_p, scale=False)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
