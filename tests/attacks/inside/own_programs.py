# id: S23
# prio: P2
# what: runs a program that was never a file, where nothing may be executed from a disk
# where: both
# expect: inert
# defence: none is needed: no rule counts on it
import os
import subprocess


def attack(host):
    descriptor = os.memfd_create("program", 0)
    with open("/bin/sh", "rb") as shell:
        os.write(descriptor, shell.read())
    done = subprocess.run(
        ["sh", "-c", "id -u"],
        executable=f"/proc/self/fd/{descriptor}",
        pass_fds=[descriptor],
        capture_output=True,
        text=True,
    )
    return "it is root" if done.stdout.strip() == "0" else None
