# zoo: cheat
# what: sends a whole frame that is longer than a request may be
# id: J01
# expect: protocol
from attack import *
from speculation import Sampler


class This(Sampler):
    def run(self):
        send(self.models["target"], request(codec.Forward("target", None, 0, (1,) * codec.MAX_REQUEST)))
        receive(self.models["target"])


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
