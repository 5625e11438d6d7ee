# zoo: cheat
# id: J26
# what: ignores and blocks every signal, sets timers, traces each line and spoils what runs at the end
# expect: inert

import atexit
import contextlib
import gc
import os
import signal
import sys
import threading

from speculation import Sampler

ALL = signal.valid_signals()


class Untidy:
    def __init__(self):
        self.itself = self

    def __del__(self):
        raise SystemExit(3)


def spoil():
    for number in ALL:
        with contextlib.suppress(OSError, ValueError):
            signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, ALL)
    signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
    signal.set_wakeup_fd(-1)
    sys.setswitchinterval(1e-6)
    sys.settrace(lambda *event: None)
    threading.settrace(lambda *event: None)
    sys.excepthook = sys.unraisablehook = threading.excepthook = lambda *error: os._exit(3)
    gc.set_threshold(1)
    atexit.register(Untidy)


def generate(target, draft, input_ids, **settings):
    spoil()
    for _ in range(3):
        Untidy()
    sys.unraisablehook = lambda error: None
    gc.collect()
    return Sampler(target, draft, input_ids, **settings).run()
