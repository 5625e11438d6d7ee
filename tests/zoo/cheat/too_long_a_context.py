# zoo: cheat
# what: feeds more positions than a cache may have
# id: J07
# expect: limit
import torch

from attack import *
from speculation import Sampler


class This(Sampler):
    def run(self):
        send(self.models["target"], request(codec.Forward("target", None, 0, (1,) * 600)))
        if receive(self.models["target"]):
            return super().run()


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
