# id: S11
# prio: P0
# what: looks for what the program that started the jail left open, and writes over that program
# where: session
# expect: refused
# defence: only standard descriptors, a working directory inside, a read-only root
# alone: yes
# tries: hold a descriptor of the host
import os


def attack(host):
    for number in os.listdir("/proc/self/fd"):
        try:
            seen = os.listdir(f"/proc/self/fd/{number}/../../../../../../..")
        except OSError:
            continue
        if "challenges" in seen and "harness" in seen:
            return f"descriptor {number} leads to the host"
    if not os.getcwd().startswith("/workspace"):
        return f"works in {os.getcwd()}"
    for path in ("/proc/self/exe", "/proc/1/exe"):
        try:
            os.close(os.open(path, os.O_WRONLY))
            return f"may write to {os.readlink(path)}"
        except OSError:
            continue
    raise PermissionError(1, "no program can be written over")
