# zoo: cheat
# what: sends two requests at once, to wait only once
# id: J16
# expect: protocol
import torch

from attack import *
from speculation import Sampler


class This(Sampler):
    def run(self):
        target, tokens = self.models["target"], tuple(self.text)
        send(target, request(codec.Forward("target", None, 0, tokens)), request(codec.Forward("draft", None, 0, tokens)))
        receive(target)
        receive(target)
        return super().run()


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
