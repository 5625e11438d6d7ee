"""A runtime for tests that forks each contestant from one process that has torch imported.

It isolates as little as `isolation.bare` does, and a contestant starts in milliseconds instead of a second of
importing. `tests/zoo/zygote.py` is what runs on the other side.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from harness.runner.jailed import JUDGE, SHOWN
from isolation.bare import BareRuntime, candidate_python

ZYGOTE = Path(__file__).with_name("zygote.py")
SHIM = ("-m", "harness.runner.shim")
ROOM_FOR_HOME = 200
"""Bytes. A forked process keeps the environment block of the zygote, so there must be room in it."""


class WarmRuntime(BareRuntime):
    """Use as a context manager: leaving it ends the zygote."""

    def __init__(self, edit: Callable[[str], str] | None = None) -> None:
        """``edit`` rewrites the shim's source, for a test of what the shim is needed for.

        Raises RuntimeFault when there is no Python for the candidate's code.
        """
        super().__init__()
        self._lock = threading.Lock()
        self._shown = Path(tempfile.mkdtemp(prefix="probe-warm-"))
        for source, target in SHOWN:
            link = self._shown / target.relative_to(JUDGE)
            link.parent.mkdir(parents=True, exist_ok=True)
            if edit is not None and source.name == "shim.py":
                link.write_text(edit(source.read_text(encoding="utf-8")), encoding="utf-8")
            else:
                link.symlink_to(source)
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        interpreter = candidate_python()
        with theirs:
            self._zygote = subprocess.Popen(
                [interpreter, ZYGOTE, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                cwd=self._shown,
                env={
                    "PATH": f"{interpreter.parent}:/usr/local/bin:/usr/bin:/bin",
                    "HOME": "x" * ROOM_FOR_HOME,
                    "LANG": "C.UTF-8",
                    "OMP_NUM_THREADS": "1",
                    "PYTHONPATH": str(self._shown),
                    "PYTHONSAFEPATH": "1",
                    "PYTHONDONTWRITEBYTECODE": "1",
                    "PYTHONNOUSERSITE": "1",
                },
            )

    @property
    def zygote(self) -> int:
        """Process id."""
        return self._zygote.pid

    def __enter__(self) -> WarmRuntime:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the zygote, and wait for it."""
        self._socket.close()
        self._zygote.wait(60)
        shutil.rmtree(self._shown, ignore_errors=True)

    def _launch(self, argv: Sequence[str], cwd: Path, env: Mapping[str, str]) -> subprocess.Popen[bytes]:
        assert tuple(argv[1:3]) == SHIM, argv
        ours, theirs = os.pipe()
        order = {"arguments": list(argv[3:]), "cwd": str(cwd), "env": dict(env)}
        try:
            pid = self._ask(order, theirs)
        finally:
            os.close(theirs)
        return _Forked(self, pid, os.fdopen(ours, "rb"))  # type: ignore[return-value]

    def status(self, pid: int) -> int:
        """The wait status of a contestant that has ended. Only now may its id be used again."""
        return self._ask({"status": pid})

    def _ask(self, order: Mapping[str, object], *descriptors: int) -> int:
        with self._lock:
            socket.send_fds(self._socket, [json.dumps(order).encode()], descriptors)
            return int(self._socket.recv(100))


class _Forked:
    """What `isolation.bare.BareJail` uses of a `subprocess.Popen`, for a child of the zygote."""

    def __init__(self, runtime: WarmRuntime, pid: int, stdout: BinaryIO) -> None:
        self.stdout = stdout
        self.returncode: int | None = None
        self._runtime = runtime
        self.pid = pid
        self._handle = os.pidfd_open(pid)
        self._lock = threading.Lock()

    def poll(self) -> int | None:
        return self._await(0)

    def wait(self, timeout: float) -> int:
        if (code := self._await(timeout)) is None:
            raise subprocess.TimeoutExpired("contestant", timeout)
        return code

    def kill(self) -> None:
        with self._lock:
            if self.returncode is None:
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)

    def _await(self, seconds: float) -> int | None:
        with self._lock:
            if self.returncode is None and select.select([self._handle], [], [], seconds)[0]:
                self.returncode = os.waitstatus_to_exitcode(self._runtime.status(self.pid))
                os.close(self._handle)
            return self.returncode
