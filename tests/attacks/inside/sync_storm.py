# id: S17
# prio: P1
# what: writes and syncs as fast as it can
# where: both
# expect: inert
# defence: what can be written lies in memory: there is no disk to wear
import os
import time


def attack(host):
    with open("block", "wb", buffering=0) as file:
        until = time.monotonic() + 0.5
        while time.monotonic() < until:
            file.seek(0)
            file.write(b"x" * (1 << 20))
            os.fsync(file.fileno())
    with open("/proc/self/io") as text:
        written = [int(line.split()[1]) for line in text if line.startswith("write_bytes")]
    return f"{written[0] >> 20} MiB reached a disk" if written[0] > 1 << 20 else None
