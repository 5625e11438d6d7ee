# zoo: cheat
# what: returns at once, and generates while the runner reads the result
# id: G06
# expect: inert
import torch

from speculation import Sampler


class Later(torch.Tensor):
    def tolist(self):
        return self.sampler.run()[0].tolist()

    def __getitem__(self, index):
        return self


def generate(*models_and_prompt, **settings):
    later = models_and_prompt[2].clone().as_subclass(Later)
    later.sampler = Sampler(*models_and_prompt, **settings)
    return later
