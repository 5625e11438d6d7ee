# zoo: cheat
# what: connects to its trial a second time, to ask there without a ledger
# id: J14
# expect: inert
import socket

from attack import *
from speculation import Sampler


class This(Sampler):
    def result(self):
        second = socket.socket(socket.AF_UNIX)
        try:
            second.connect(connection_of(self.models["target"]).socket.getpeername())
        except OSError:
            return super().result()
        raise AttackWorked("a second connection")


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
