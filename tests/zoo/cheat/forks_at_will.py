# zoo: cheat
# id: J24
# what: forks a hundred processes that sleep, where a jail has room for fewer
# expect: raised
# needs: embedded

import os
import time


def generate(target, draft, input_ids, **settings):
    for _ in range(100):
        if os.fork() == 0:
            time.sleep(60)
            os._exit(0)
    return input_ids
