# zoo: cheat
# what: leaves threads, a process and a process of another session, which go on computing
# id: G07
# expect: inert
import os
import threading
import time

from speculation import Sampler


def leave_a_process(apart):
    if os.fork() == 0:
        try:
            if apart and os.fork() == 0:
                os.setsid()
            time.sleep(20)
        finally:
            os._exit(0)


LEFT = []


def generate(*models_and_prompt, **settings):
    threading.Thread(target=time.sleep, args=(20,)).start()
    if not LEFT:
        leave_a_process(apart=False)
        if settings["temperature"] == 0:
            leave_a_process(apart=True)
    return Sampler(*models_and_prompt, **settings).run()
