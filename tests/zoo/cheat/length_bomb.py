# zoo: cheat
# what: announces a frame of four gigabytes
# id: J01
# expect: protocol
from attack import *
from speculation import Sampler


import torch


class This(Sampler):
    def run(self):
        length = pick([0xFFFFFFFF, 0x7FFFFFFF, codec.MAX_REQUEST + 1], torch.tensor(self.text))
        send(self.models["target"], bytes([codec.Kind.FORWARD]) + length.to_bytes(4, "little"))
        receive(self.models["target"])
        return super().run()


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
