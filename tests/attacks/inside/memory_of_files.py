# id: S02, S03
# prio: P0
# what: fills every place that can be written, and files without a name
# where: session
# expect: limit
# defence: sized file systems in memory, within the memory
# alone: yes
# tries: use more disk than the limit; fill /tmp; fill /dev/shm
import os

from driver import Limit


def attack(host):
    """By memfd_create: no place has a size for these, so only the memory stops them."""
    files, block = [], b"x" * (1 << 20)
    for _ in range(192):
        files.append(os.memfd_create("m"))
        os.write(files[-1], block)
    return f"{len(files)} MiB without a name"
