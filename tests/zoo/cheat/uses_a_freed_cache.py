# zoo: cheat
# what: releases a cache, lets its place be taken, and goes on with the old handle
# id: J11
# expect: protocol
import torch

from attack import *
from speculation import Sampler


class This(Sampler):
    def run(self):
        target = self.models["target"]
        first = self.forward(None, 0, (1, 2, 3))
        send(target, request(codec.Release(first)))
        self.forward(None, 0, (4, 5, 6))
        # As soon as this is answered, it had another cache's rows.
        self.forward(first, 3, (7,))
        return super().run()

    def forward(self, handle, length, tokens):
        send(self.models["target"], request(codec.Forward("target", handle, length, tokens)))
        return codec.decode_rows(*receive(self.models["target"]))[0]


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
