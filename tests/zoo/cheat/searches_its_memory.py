# zoo: cheat
# what: looks through its objects, frames and memory for the judge's models, checks and seed
# id: G08
# expect: inert
import gc
import os
import sys

from attack import *
from speculation import Sampler

# In pieces, so that the search does not find itself.
NAMES = {"Bat" + "tery", "Anal" + "yticModel", "Sess" + "ion", "Trial" + "Run", "Sche" + "dule"}
TEXTS = [b"seed_" + b"commitment", b"target_" + b"untrimmed"]


class This(Sampler):
    def run(self):
        if any(type(each).__name__ in NAMES for each in gc.get_objects()):
            raise AttackWorked("an object of the judge's")
        frame = sys._getframe()
        while frame is not None:
            if any(type(value).__name__ in NAMES for value in frame.f_locals.values()):
                raise AttackWorked("a frame of the judge's")
            frame = frame.f_back
        if settings_seed(self.generator) and memory_holds(TEXTS):
            raise AttackWorked("the judge's words in memory")
        return super().run()


def settings_seed(generator):
    return generator.initial_seed() % 8 == 0


def memory_holds(texts):
    with open("/proc/self/maps") as maps:
        heaps = [line.split()[0] for line in maps if line.rstrip().endswith(("[heap]", "[stack]"))]
    with open("/proc/self/mem", "rb", buffering=0) as memory:
        for span in heaps:
            start, end = (int(edge, 16) for edge in span.split("-"))
            memory.seek(start)
            try:
                held = memory.read(min(end - start, 1 << 26))
            except OSError:  # a part that was given back since
                continue
            if any(text in held for text in texts):
                return True
    return False


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
