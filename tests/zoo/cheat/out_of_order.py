# zoo: cheat
# what: says hello twice, or speaks on as if the trial had not begun
# id: J15
# expect: protocol
import torch

from attack import *
from speculation import Sampler


class This(Sampler):
    def run(self):
        send(self.models["target"], request(codec.Hello(codec.VERSION)))
        if receive(self.models["target"]):
            raise AttackWorked("two trials in one")


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
