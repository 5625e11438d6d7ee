# id: S02, S19
# prio: P0
# what: fills pipes, whose pages are the kernel's, until no descriptor is left
# where: session
# expect: limit
# defence: the number of open files, the memory
# alone: yes
import fcntl
import os

from driver import Limit

F_SETPIPE_SZ = 1031


def attack(host):
    filled = 0
    try:
        while filled < 96 << 20:
            reading, writing = os.pipe()
            os.set_blocking(writing, False)
            try:
                fcntl.fcntl(writing, F_SETPIPE_SZ, 1 << 20)
            except OSError:
                pass  # beyond what a user may have in large ones
            try:
                while True:
                    filled += os.write(writing, b"x" * 65536)
            except BlockingIOError:
                pass
    except OSError as error:
        raise Limit(f"{error.strerror} with {filled >> 20} MiB in pipes") from None
    return f"{filled >> 20} MiB in pipes"
