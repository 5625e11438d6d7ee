# id: S05, S06
# prio: P0
# what: leaves grandchildren that ignore signals, are stopped, are zombies, then never ends
# where: both
# expect: killed
# defence: the jail is what is killed, by its first process
# alone: yes
import os
import signal
import time


def attack(host):
    for way in ("deaf", "stopped", "zombies"):
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                for number in range(1, 32):
                    try:
                        signal.signal(number, signal.SIG_IGN)
                    except OSError:
                        pass
                if way == "stopped":
                    os.kill(os.getpid(), signal.SIGSTOP)
                if way == "zombies":
                    for _ in range(10):
                        if os.fork() == 0:
                            os._exit(0)
                time.sleep(600)
            os._exit(0)
    time.sleep(600)
