# id: S19
# prio: P1
# what: opens files until none is left
# where: session
# expect: limit
# defence: the number of open files
# alone: yes
import os

from driver import Limit


def attack(host):
    opened = 0
    try:
        while opened < 2_000:
            os.open("/dev/null", os.O_RDONLY)
            opened += 1
    except OSError as error:
        raise Limit(f"{error} after {opened}") from None
    return f"{opened} open files"
