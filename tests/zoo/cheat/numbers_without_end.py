# zoo: cheat
# id: G05
# what: a tensor of its own class, whose list of numbers raises, is none, holds no numbers or never ends
# expect: too slow
# hangs: yes

import itertools

import torch


class Liar(torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        if function is torch.Tensor.tolist:
            return itertools.cycle([0])
        return super().__torch_function__(function, types, args, kwargs or {})

    def __getitem__(self, index):
        return self

    def tolist(self):
        return iter(self)

    def __iter__(self):
        while True:
            pass


def generate(target, draft, input_ids, **settings):
    return input_ids.as_subclass(Liar)
