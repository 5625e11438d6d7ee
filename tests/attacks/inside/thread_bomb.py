# id: S01
# prio: P0
# what: starts threads without end
# where: session
# expect: limit
# defence: the number of processes
# alone: yes
import threading

from driver import Limit


def attack(host):
    threading.stack_size(64 << 10)
    forever, born = threading.Event(), 0
    try:
        while born < 500:
            threading.Thread(target=forever.wait, daemon=True).start()
            born += 1
    except RuntimeError:
        raise Limit(f"after {born} threads") from None
    return f"{born} threads"
