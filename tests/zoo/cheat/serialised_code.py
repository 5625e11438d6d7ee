# zoo: cheat
# what: sends a pickle that would run a command in whoever loads it
# id: J03
# expect: protocol
import os
import pickle

from attack import *
from speculation import Sampler


class Bomb:
    def __reduce__(self):
        return os.system, (f"touch /tmp/{MARK}-pickle",)


class This(Sampler):
    def run(self):
        body = pickle.dumps(Bomb())
        send(self.models["target"], codec.frame(codec.Kind.DONE, body + b"." * (len(body) % 4 + 1)), body)
        receive(self.models["target"])


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
