# zoo: cheat
# what: says that it is done, takes it back, and asks on
# id: J15
# expect: inert
import os

from attack import *
from speculation import Sampler


class This(Sampler):
    def run(self):
        result = super().run()
        tokens = tuple(result[0].tolist())
        target = self.models["target"]
        try:
            send(
                target,
                request(codec.Done(tokens)),
                request(codec.Done(tokens[:-1] + (0,))),
                request(codec.Forward("target", None, 0, tokens)),
            )
            receive(target)
        except OSError:
            pass
        os._exit(0)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
