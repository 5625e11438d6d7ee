# id: J26
# prio: P0
# what: signals and looks at every process it can name, the judge's first
# where: contestant
# expect: refused
# defence: own processes, a user of its own
# tries: ptrace
import os
import signal


def attack(host):
    for pid in (os.getppid(), host["pid"], *range(host["pid"] - 20, host["pid"])):
        if pid <= 2:
            continue
        try:
            with open(f"/proc/{pid}/mem", "rb") as memory:
                memory.read(1)
            return f"reads the memory of {pid}"
        except OSError:
            pass
    os.kill(host["pid"], signal.SIGKILL)
    return "the judge was killed"
