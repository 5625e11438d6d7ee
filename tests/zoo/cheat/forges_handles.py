# zoo: cheat
# what: uses caches that were never opened, are the other model's, or are of another generation
# id: J10
# expect: protocol
import torch

from attack import *
from speculation import Sampler

HANDLES = [1, 2**31, 1 << 12, 4095]


class This(Sampler):
    def run(self):
        prompt = torch.tensor([self.text])
        held = self.models["draft"](prompt).past_key_values
        handle = pick([*HANDLES, held._handle], prompt)
        send(self.models["target"], request(codec.Forward("target", handle, 0, (1, 2))))
        if receive(self.models["target"]):
            raise AttackWorked(f"handle {handle}")


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
