# zoo: honest
# what: random numbers of torch's, numpy's and Python's global generators, each for something
# caught-by: none
import random

import numpy as np
import torch
from speculation import Sampler


class This(Sampler):
    def uniform(self):
        return random.random()

    def draw(self, probs):
        if np.random.rand() < 0.5:
            return int(torch.multinomial(probs, 1))
        return int(torch.distributions.Categorical(probs=probs).sample())


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
