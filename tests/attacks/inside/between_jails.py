# id: S13
# prio: P1
# what: talks with another jail: shared memory, queues, keys, semaphores, names in /tmp and /dev/shm
# where: both
# expect: refused
# defence: namespaces, and no object that outlives its process
# tries: shmget; semget; msgget; mq_open; keyctl
import os


def attack(host):
    """The neighbour has left its name wherever it can write."""
    for folder in ("/tmp", "/dev/shm", "/workspace", "/var/tmp", "/run", "/run/jail"):
        for name in os.listdir(folder) if os.path.isdir(folder) else ():
            if name.startswith("neighbour-"):
                return f"{folder}/{name}"
    raise FileNotFoundError(2, "nothing of another jail")
