# zoo: cheat
# what: sends random bytes
# id: J29
# expect: protocol
# hangs: yes
import random

from attack import *
from speculation import Sampler


class This(Sampler):
    def run(self):
        noise = random.Random(self.generator.initial_seed()).randbytes(20_000)
        try:
            send(self.models["target"], noise)
        except OSError:
            return None
        while receive(self.models["target"]):
            pass


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
