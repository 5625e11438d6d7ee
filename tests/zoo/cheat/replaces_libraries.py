# zoo: cheat
# what: writes its own torch, numpy and runner wherever Python may look
# id: G20
# expect: inert
# needs: embedded
import os
import sys

from attack import *
from speculation import Sampler

WON = f"raise SystemExit('{MARK}')"
NAMES = ("torch.py", "numpy.py", "sitecustomize.py", "usercustomize.py", "conftest.py", "speculation.py", "x.pth")
READ_ONLY = ("/submission", "/opt/judge", "/opt/judge/harness/runner", "/usr/lib/python3", os.path.dirname(os.__file__), *sys.path)


def plant(folder):
    """How many of the names could be written there."""
    planted = 0
    for name in NAMES:
        try:
            with open(os.path.join(folder, name), "x") as file:
                file.write(WON)
            planted += 1
        except OSError:
            pass
    return planted


PLANTED = [folder for folder in READ_ONLY if folder and IN_A_JAIL and plant(folder)]
if IN_A_JAIL:
    plant(os.getcwd())
    plant(os.environ["HOME"])


class This(Sampler):
    def run(self):
        if PLANTED:
            raise AttackWorked(f"wrote into {PLANTED}")
        return super().run()


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
