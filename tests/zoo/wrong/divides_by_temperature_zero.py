# zoo: wrong
# what: divides by the temperature when it is 0
# caught-by: contract
import torch

from speculation import Sampler, trim


class This(Sampler):
    def warp(self, logits):
        probs = torch.softmax(logits / self.temperature, dim=-1)
        return trim(probs, self.top_p) if self.top_p < 1.0 else probs


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
