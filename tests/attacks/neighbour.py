"""Another jail, with another candidate in it, that must not notice anything."""

from __future__ import annotations

import contextlib
import secrets
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from isolation.contract import Bind, Jail, JailSpec, Limits, Runtime, RuntimeFault

LIMITS = Limits(memory_bytes=96 << 20, cpus=1.0, pids=16, disk_bytes=8 << 20)
STARTS_WITHIN_S = 120.0
ANSWERS_WITHIN_S = 5.0
"""An attack takes a share of the processors from it and no more; a machine busy otherwise takes some, too."""

PROGRAM = """
import os, socket, sys, time
for folder in ("/tmp", "/dev/shm", "/workspace"):
    open(f"{folder}/{sys.argv[1]}", "w").close()
server = socket.socket(socket.AF_UNIX)
server.bind("/run/jail/n")
os.chmod("/run/jail/n", 0o666)
server.listen()
asked = 0
while True:
    peer, _ = server.accept()
    asked += 1
    with peer:
        names = [n for f in ("/tmp", "/dev/shm", "/workspace") for n in os.listdir(f)]
        peer.sendall(f"{asked} {os.getpid()} {len(names)}".encode())
"""
FILES = 3


@dataclass(slots=True)
class Neighbour:
    jail: Jail
    folder: Path
    asked: int = 0

    def fault(self) -> str:
        """What is wrong with it; empty when it answers as before."""
        self.asked += 1
        began = time.monotonic()
        try:
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(ANSWERS_WITHIN_S)
                client.connect(str(self.folder / "n"))
                said = client.recv(64).split()
        except OSError as error:
            return f"the other jail does not answer ({error})"
        if [int(said[0]), int(said[2])] != [self.asked, FILES]:
            return f"the other jail was changed: it says {said}"
        if (took := time.monotonic() - began) > ANSWERS_WITHIN_S:
            return f"the other jail took {took:.1f} s to answer"
        return ""


@contextlib.contextmanager
def neighbour(runtime: Runtime, folder: Path, shared: Bind) -> Iterator[Neighbour]:
    """Raises RuntimeFault."""
    sockets = folder / "neighbour"
    sockets.mkdir()
    name = f"neighbour-{secrets.token_hex(4)}"
    jail = runtime.start(
        JailSpec(
            name=name,
            kind=_SESSION,
            argv=("python", "-I", "-c", PROGRAM, name),
            limits=LIMITS,
            binds=(shared,),
            socket_dir=sockets,
        )
    )
    try:
        deadline = time.monotonic() + STARTS_WITHIN_S
        while not (sockets / "n").exists() or (found := Neighbour(jail, sockets)).fault():
            if jail.poll() is not None or time.monotonic() > deadline:
                raise RuntimeFault(f"The other jail did not start: {jail.output()[-300:]!r}")
            time.sleep(0.02)
        yield found
    finally:
        jail.stop()


_SESSION: Literal["session"] = "session"
