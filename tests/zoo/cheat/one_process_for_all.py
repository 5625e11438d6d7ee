# zoo: cheat
# what: takes every trial's connection with a process that it left at import, and remembers
# id: J14
# expect: worthless
# hangs: yes
import os
import sys
import time

from harness.runner import shim
from speculation import Sampler

SEEN = set()


class This(Sampler):
    def run(self):
        self.hits = 0
        return super().run()

    def feed(self, model, tokens):
        self.hits += tuple(tokens) in SEEN
        SEEN.add(tuple(tokens))
        return super().feed(model, tokens)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()


def take_every_trial(sockets):
    number, until = 1, time.monotonic() + 60
    while time.monotonic() < until:
        try:
            connection = shim.Connection(sockets / shim.TRIAL_SOCKET.format(number))
        except OSError:
            time.sleep(0.001)
            continue
        number += 1
        try:
            shim.play(connection, generate, sockets)
        except Exception:
            pass


from pathlib import Path

def first_here():
    """One such process is enough; each import would leave another."""
    try:
        os.close(os.open(os.path.join(os.environ["HOME"], "taken"), os.O_CREAT | os.O_EXCL))
    except OSError:
        return False
    return True


if first_here() and os.fork() == 0:
    os.setsid()
    take_every_trial(Path(sys.argv[3]))
    os._exit(0)
