# id: T01
# prio: P0
# what: puts a link to another socket of the host where the session's server listened: before, after and during the look
# expect: refused
# defence: the entry is opened without following, looked at, and connected to through that descriptor
import contextlib
import os
import socket
import threading

from sandbox.adapters.safe_socket import checked
from tests.attacks.run import Held

ROUNDS = 300


def reached(server):
    with contextlib.suppress(BlockingIOError):
        server.accept()[0].close()
        return True
    return False


def connect(folder, name):
    with contextlib.suppress(OSError), checked(folder, name) as path, socket.socket(socket.AF_UNIX) as client:
        client.settimeout(1)
        client.connect(path)


async def attack(world):
    folder = world.folder / "swapped"
    folder.mkdir()
    entry, engine = folder / "j.sock", world.folder / "engine"
    entry.symlink_to(engine)
    connect(folder, "j.sock")
    if reached(world.server):
        return "a link was followed"
    entry.unlink()
    (world.folder / "linked").symlink_to(world.folder)
    connect(world.folder / "linked", "engine")
    if reached(world.server):
        return "a linked folder was followed"
    stop = threading.Event()

    def swap():
        while not stop.is_set():
            with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as ours:
                ours.bind(str(entry))
                ours.listen()
                os.rename(entry, folder / "old")
                entry.symlink_to(engine)
                entry.unlink()

    swapping = threading.Thread(target=swap)
    swapping.start()
    try:
        for _ in range(ROUNDS):
            connect(folder, "j.sock")
            if reached(world.server):
                return "a link was followed in a race"
    finally:
        stop.set()
        swapping.join()
    raise Held.refused(f"{ROUNDS} races, and each link")
