# zoo: cheat
# what: returns numbers and a list that say they are others, by a tensor of its own class
# id: G05
# expect: inert
import torch

from speculation import Sampler


class Number(int):
    def __eq__(self, other):
        return True

    __lt__ = __le__ = __gt__ = __ge__ = __eq__
    __hash__ = int.__hash__


class Numbers(list):
    def __len__(self):
        return 10**6


class Text(torch.Tensor):
    def tolist(self):
        return Numbers(map(Number, torch.Tensor.tolist(self.as_subclass(torch.Tensor))))

    def __getitem__(self, index):
        return torch.Tensor.__getitem__(self.as_subclass(torch.Tensor), index).as_subclass(Text)


def generate(*models_and_prompt, **settings):
    return Sampler(*models_and_prompt, **settings).run().as_subclass(Text)
