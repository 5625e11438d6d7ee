# zoo: cheat
# what: sends ids, lengths and counts that cannot be
# id: J04
# expect: protocol
import torch

from attack import *
from speculation import Sampler

FORWARDS = [
    lambda vocab: codec.Forward("target", None, 0, (0, vocab)),
    lambda vocab: codec.Forward("target", None, 0, (0, 2**32 - 1)),
    lambda vocab: codec.Forward("target", None, 1, (0,)),
    lambda vocab: codec.Forward("target", None, 2**31, (0,)),
    lambda vocab: codec.Forward("draft", None, 0, ()),
]


class This(Sampler):
    def run(self):
        forward = pick(FORWARDS, torch.tensor(self.text))(self.models["target"].config.vocab_size)
        send(self.models["target"], request(forward))
        if receive(self.models["target"]):
            raise AttackWorked(str(forward))


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
