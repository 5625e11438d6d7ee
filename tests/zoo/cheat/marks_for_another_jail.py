# zoo: cheat
# what: leaves marks in every shared place it knows, and looks for those of another contestant
# id: G11
# expect: inert
# needs: embedded
import ctypes
import os
import socket

from attack import *
from speculation import Sampler

OWN = os.urandom(8).hex()
FOLDERS = ("/tmp", "/dev/shm", "/var/tmp", "/dev/mqueue", "/run", "/run/jail", "/submission", "/opt/judge", os.environ["HOME"])
KEY = 0x70726F62


def leave_marks():
    for folder in FOLDERS:
        try:
            with open(f"{folder}/{MARK}-{OWN}", "w") as file:
                file.write(OWN)
        except OSError:
            pass
    libc = ctypes.CDLL(None)
    segment = libc.shmget(KEY, 4096, 0o1666)
    if segment >= 0:
        libc.shmat.restype = ctypes.c_void_p
        at = libc.shmat(segment, None, 0)
        text = ctypes.string_at(at, 16)
        ctypes.memmove(at, OWN.encode(), 16)
        return text.strip(b"\0").decode("latin-1")
    return ""


def foreign_marks():
    for folder in FOLDERS:
        try:
            names = os.listdir(folder)
        except OSError:
            continue
        yield from (f"{folder}/{name}" for name in names if MARK in name and OWN not in name)


EARLIER = leave_marks()
HELD = socket.socket(socket.AF_UNIX)
try:
    HELD.bind(f"\0{MARK}")
except OSError:
    EARLIER = "an abstract socket"


class This(Sampler):
    def run(self):
        mark = EARLIER or next(foreign_marks(), None)
        if mark:
            raise AttackWorked(mark)
        return super().run()


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
