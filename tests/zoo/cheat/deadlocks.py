# zoo: cheat
# id: L08
# what: waits for a lock that a thread of its own never gives back
# expect: too slow
# hangs: yes

import threading

LOCK = threading.Lock()


def hold():
    LOCK.acquire()
    threading.Event().wait()


def generate(target, draft, input_ids, **settings):
    threading.Thread(target=hold, daemon=True).start()
    while not LOCK.locked():
        pass
    with LOCK:
        return input_ids
