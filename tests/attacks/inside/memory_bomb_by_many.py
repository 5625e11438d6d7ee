# id: S02
# prio: P0
# what: takes memory in twelve processes, each below the limit of all
# where: session
# expect: limit
# defence: the memory, for all together
# alone: yes
# known: plain
# why-known: a user who is not root can make no control group on this host, so the limit is for each process
import os
import time

from driver import Limit

EACH = 24 << 20


def attack(host):
    children = []
    for _ in range(12):
        pid = os.fork()
        if pid == 0:
            held = b"x" * EACH
            time.sleep(2)
            os._exit(len(held) & 1)
        children.append(pid)
    ends = [os.waitpid(pid, 0)[1] for pid in children]
    killed = [end for end in ends if end]
    if killed:
        raise Limit(f"{len(killed)} of {len(children)} were killed")
    return f"{len(children) * EACH >> 20} MiB in {len(children)} processes"
