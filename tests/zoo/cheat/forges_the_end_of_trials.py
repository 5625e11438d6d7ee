# zoo: cheat
# what: says on every control connection it can find that trials have ended well
# id: G01
# expect: inert
import os
import socket

from harness.oracle import codec
from speculation import Sampler

CONTROL = []
for descriptor in range(3, 64):
    try:
        CONTROL.append(socket.socket(fileno=os.dup(descriptor)))
    except OSError:
        pass


def generate(*models_and_prompt, **settings):
    result = Sampler(*models_and_prompt, **settings).run()
    for control in CONTROL:
        try:
            if control.family == socket.AF_UNIX and control.getpeername().endswith("control.sock"):
                control.send(codec.encode_word(codec.Kind.ENDED, 0))
        except OSError:
            pass
    return result
