# zoo: cheat
# what: speaks the protocol itself and never calls the models it is given
# id: J13
# expect: inert
import numpy as np
import torch

from attack import *
from speculation import Sampler


class This(Sampler):
    def __init__(self, *models_and_prompt, **settings):
        super().__init__(*models_and_prompt, **settings)
        self.held = {"target": (None, 0), "draft": (None, 0)}

    def feed(self, model, tokens):
        handle, length = self.held[model]
        new = tuple(tokens[length:])
        send(self.models["target"], request(codec.Forward(model, handle, length, new)))
        handle, rows = codec.decode_rows(*receive(self.models["target"]))
        self.held[model] = handle, len(tokens)
        return torch.from_numpy(np.frombuffer(rows, dtype="<f4").reshape(len(new), -1).copy())

    def crop(self):
        for model, (handle, length) in self.held.items():
            self.held[model] = handle, min(length, len(self.text) - 1)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
