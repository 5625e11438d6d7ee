# zoo: cheat
# what: kills every process that it may signal, its parent and the judge first
# id: J26
# expect: died
# needs: embedded
import os
import signal

from attack import *
from speculation import Sampler


class This(Sampler):
    def run(self):
        if IN_A_JAIL:
            for process in (os.getppid(), 1, -1):
                try:
                    os.kill(process, signal.SIGKILL)
                except OSError:
                    pass
            os._exit(0)
        raise AttackWorked("this must run in a jail only")


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
