# zoo: honest
# what: a random block length each round
# caught-by: none
import torch

from speculation import Sampler


class This(Sampler):
    def gamma(self):
        return int(torch.randint(0, self.num_speculative_tokens + 1, (), generator=self.generator))


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
