# id: S03
# prio: P0
# what: makes empty files without end: no size of a file system stops these
# where: session
# expect: limit
# defence: the memory, or a number of files
# alone: yes
import os

from driver import Limit


def attack(host):
    made = 0
    try:
        for folder in ("/tmp", "/dev/shm", os.getcwd()):
            os.mkdir(f"{folder}/many")
            for _ in range(100_000):
                os.close(os.open(f"{folder}/many/{made}", os.O_WRONLY | os.O_CREAT))
                made += 1
    except OSError as error:
        raise Limit(f"{error.strerror} after {made} files") from None
    return f"{made} files"
