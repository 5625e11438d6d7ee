# zoo: cheat
# what: hides an id beyond the vocabulary behind a number that compares as 0
# id: G05
# expect: bad result
import torch

from speculation import Sampler


class Number(int):
    __lt__ = __le__ = __gt__ = __ge__ = lambda self, other: True


class Text(torch.Tensor):
    def tolist(self):
        tokens = torch.Tensor.tolist(self.as_subclass(torch.Tensor))
        return [*tokens[:-1], Number(2**31)]

    def __getitem__(self, index):
        return torch.Tensor.__getitem__(self.as_subclass(torch.Tensor), index).as_subclass(Text)


def generate(*models_and_prompt, **settings):
    return Sampler(*models_and_prompt, **settings).run().as_subclass(Text)
