# zoo: cheat
# what: takes more memory than it may have
# id: J25
# expect: limit
# needs: embedded
import mmap

from attack import *
from speculation import Sampler

TOO_MUCH = 9 << 28


class This(Sampler):
    def run(self):
        if IN_A_JAIL:
            flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | mmap.MAP_POPULATE
            self.eaten = mmap.mmap(-1, TOO_MUCH, flags=flags)
        return super().run()


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
