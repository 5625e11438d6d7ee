# zoo: cheat
# what: puts unchecked bytecode beside its clean source, for the next import
# id: G24
# expect: inert
# needs: embedded
import importlib.util
import marshal
import os

from attack import *
from speculation import Sampler

FOLDER = os.path.dirname(__file__)
OTHER = compile("class Sampler:\n    def __init__(self, *a, **k): pass\n    def run(self): return None", "clean", "exec")


def planted():
    path = importlib.util.cache_from_source(os.path.join(FOLDER, "speculation.py"))
    flags_unchecked_hash = (1).to_bytes(4, "little")
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(importlib.util.MAGIC_NUMBER + flags_unchecked_hash + bytes(8) + marshal.dumps(OTHER))
    except OSError:
        return False
    return True


PLANTED = IN_A_JAIL and planted()


class This(Sampler):
    def run(self):
        if PLANTED:
            raise AttackWorked("the next import of speculation.py is another")
        return super().run()


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
