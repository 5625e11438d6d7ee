# zoo: cheat
# what: looks for the judge's code, its process and its secrets all over the machine
# id: G09
# expect: inert
# needs: embedded
import os

from attack import *
from speculation import Sampler

CODE = ("batte" + "ry.py", "alterna" + "tives.py", "evi" + "dence.py", "judge" + ".toml", "rub" + "ric.toml")
PLACES = ("/opt", "/submission", "/workspace", "/run", "/home", "/root", "/srv", "/var", "/tmp", "/mnt", "/work")


def importable(name):
    try:
        __import__(name)
    except ImportError:
        return False
    return True


def found():
    for name in ("harness.battery", "harness.judge", "harness.core.alternatives", "wire", "isolation", "sandbox"):
        if importable(name):
            yield f"import {name}"
    for place in PLACES:
        for folder, _, files in os.walk(place):
            yield from (os.path.join(folder, name) for name in files if name in CODE)
            if folder.endswith("/.git"):
                yield folder
    for pid in filter(str.isdecimal, os.listdir("/proc")):
        try:
            words = open(f"/proc/{pid}/cmdline", "rb").read() + open(f"/proc/{pid}/environ", "rb").read()
        except OSError:
            continue
        if b"pytest" in words or b"tests.zoo" in words or b"probe zoo" in words or b"spawn_main" in words:
            yield f"process {pid}"


FOUND = next(found(), None)


class This(Sampler):
    def run(self):
        if FOUND:
            raise AttackWorked(FOUND)
        return super().run()


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
