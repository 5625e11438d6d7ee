# id: S18, J24
# prio: P1
# what: burns every processor with 32 threads of control
# where: session
# expect: limit
# defence: a share of the processors
# alone: yes
# known: plain
# why-known: a user who is not root can make no control group on this host, so no share is set
import os
import time

from driver import Limit


def attack(host):
    for _ in range(31):
        if os.fork() == 0:
            until = time.monotonic() + 1.5
            while time.monotonic() < until:
                pass
            os._exit(0)
    began = time.monotonic()
    while time.monotonic() < began + 1.5:
        pass
    for _ in range(31):
        os.wait()
    spent = sum(os.times()[:4])
    share = spent / (time.monotonic() - began)
    if share > host["cpus"] + 0.3:
        return f"{share:.2f} processors"
    raise Limit(f"{share:.2f} processors of {host['cpus']:g}")
