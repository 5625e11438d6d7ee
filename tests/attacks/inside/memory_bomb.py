# id: S02, J25
# prio: P0
# what: takes memory on the heap until it is stopped, after it asked not to be the one that is killed
# where: both
# expect: limit
# defence: the memory
# alone: yes


def attack(host):
    try:
        with open("/proc/self/oom_score_adj", "w") as file:
            file.write("-1000")
    except OSError:
        pass
    held = []
    while len(held) < 64:
        held.append(b"x" * (4 << 20))
    return f"{4 * len(held)} MiB"
