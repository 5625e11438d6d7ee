# zoo: cheat
# what: adds bytes to a request, as if it had a mask or positions
# id: J09
# expect: protocol
import torch

from attack import *
from speculation import Sampler

FRAMES = [
    lambda: codec.frame(codec.Kind.FORWARD, codec._FORWARD.pack(0, codec.NONE, 0) + b"\1\0\0\0\2"),
    lambda: codec.frame(codec.Kind.FORWARD, codec._FORWARD.pack(2, codec.NONE, 0) + b"\1\0\0\0"),
    lambda: codec.frame(codec.Kind.RELEASE, bytes(8)),
    lambda: codec.frame(codec.Kind.FAILED, b"\7all is well"),
    lambda: codec.frame(codec.Kind.ROWS, bytes(8)),
    lambda: bytes([99, 0, 0, 0, 0]),
]


class This(Sampler):
    def run(self):
        send(self.models["target"], pick(FRAMES, torch.tensor(self.text))())
        receive(self.models["target"])


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
