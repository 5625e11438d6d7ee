# id: S01
# prio: P0
# what: forks without end, each child in a session of its own and deaf to signals
# where: both
# expect: limit
# defence: the number of processes
# alone: yes
import os
import signal

from driver import Limit


def attack(host):
    born = 0
    try:
        while born < 60:
            if os.fork() == 0:
                os.setsid()
                for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                    signal.signal(number, signal.SIG_IGN)
                while True:
                    signal.pause()
            born += 1
    except BlockingIOError:
        raise Limit(f"after {born} processes") from None
    return f"{born} processes"
