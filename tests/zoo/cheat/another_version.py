# zoo: cheat
# what: says hello in another version of the protocol
# id: J30
# expect: protocol
from harness.oracle import codec
from speculation import Sampler

codec.VERSION = 7


def generate(*models_and_prompt, **settings):
    return Sampler(*models_and_prompt, **settings).run()
