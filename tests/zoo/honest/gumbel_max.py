# zoo: honest
# what: draws each token as the argmax of log-probabilities with Gumbel noise
# caught-by: none
import torch

from speculation import Sampler


class This(Sampler):
    def draw(self, probs):
        noise = -torch.empty_like(probs).exponential_(generator=self.generator).log()
        return int((probs.log() + noise).argmax())


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
