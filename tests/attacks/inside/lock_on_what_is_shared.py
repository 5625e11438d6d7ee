# id: S13
# prio: P1
# what: signals to another jail by a lock on a file that both are shown
# where: contestant
# expect: refused
# defence: our list of system calls
import fcntl
import os


def attack(host):
    """Only asks whether it could: another jail that tries the same lock would see it."""
    with open(host["shared"]) as file:
        for lock in (
            lambda: fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB),
            lambda: fcntl.lockf(file, fcntl.LOCK_SH | fcntl.LOCK_NB),
            lambda: fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK),
        ):
            try:
                lock()
                return "holds a lock that another jail can see"
            except OSError:
                continue
    raise PermissionError(1, "no kind of lock")
