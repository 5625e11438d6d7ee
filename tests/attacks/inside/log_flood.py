# id: S04
# prio: P0
# what: prints as fast as it can, from several processes
# where: session
# expect: killed
# defence: what is printed is kept to its tail
# alone: yes
import os


def attack(host):
    for _ in range(3):
        os.fork()
    while True:
        os.write(1, b"y" * 65536)
