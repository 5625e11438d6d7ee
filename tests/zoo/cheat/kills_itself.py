# zoo: cheat
# what: ends by SIGKILL in the middle of a trial
# id: G02
# expect: died
import os
import signal


def generate(target, draft, input_ids, **settings):
    target(input_ids)
    os.kill(os.getpid(), signal.SIGKILL)
