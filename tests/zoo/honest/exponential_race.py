# zoo: honest
# what: draws each token as the first to arrive of exponential clocks
# caught-by: none
import torch

from speculation import Sampler


class This(Sampler):
    def draw(self, probs):
        arrivals = torch.empty_like(probs).exponential_(generator=self.generator) / probs
        return int(arrivals.argmin())


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
