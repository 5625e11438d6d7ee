# id: S03, S12
# prio: P0
# what: reads and writes files of the host that are no part of the jail
# where: both
# expect: refused
# defence: a root of its own, read-only
# tries: read /etc/shadow; list root's home; list the homes; write to /; write to /etc; write to /usr; write to /run;
# tries: write to /var; write to /dev; write to the candidate environment; write to what is shown; see a device of the host;
# tries: make a device; open /dev/kmem
import os


def attack(host):
    for path in (host["secret"], "/proc/1/root" + host["secret"], "/proc/self/cwd/../../.." + host["secret"]):
        try:
            with open(path) as file:
                return f"{path} says {file.read(40)!r}"
        except OSError:
            continue
    return os.listdir(host["project"] + "/harness")
