"""A process that the stem forked, for its owner: shaped like `subprocess.Popen`."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence

from warm.orders import VARIABLE, NotForked, Order, send

ANSWER_WITHIN_S = 15.0
"""The stem may still be importing torch."""
LOST = -int(signal.SIGKILL)
"""Exit status of a process whose stem has died: it dies too."""


def start(
    module: str, arguments: Sequence[str], *, folder: str, streams: Sequence[int]
) -> ForkedProcess | subprocess.Popen[bytes]:
    """``python -m module``, in a session of its own: forked from the stem, or else as everywhere.

    Args:
        streams: descriptors of its standard input, output and error.
    """
    order = Order(module=module, arguments=arguments, folder=folder, environment=dict(os.environ))
    with contextlib.suppress(NotForked):
        return fork(order, streams)
    stdin, stdout, stderr = streams
    return subprocess.Popen(
        [sys.executable, "-u", "-m", module, *arguments],
        cwd=folder,
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        start_new_session=True,
    )


def fork(order: Order, streams: Sequence[int]) -> ForkedProcess:
    """Raises NotForked."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        connection.settimeout(ANSWER_WITHIN_S)
        connection.connect(os.environ.get(VARIABLE) or "")
        send(connection, order, streams)
        pid = int(connection.recv(64))
    except (OSError, ValueError) as error:
        connection.close()
        raise NotForked(str(error)) from error
    return ForkedProcess(pid, connection)


class ForkedProcess:
    """Ends when this object's connection is closed."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int, connection: socket.socket) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._connection = connection
        connection.settimeout(None)

    def poll(self) -> int | None:
        """Its exit status, negative for the signal that ended it; None while it lives."""
        with contextlib.suppress(BlockingIOError):
            self._read(socket.MSG_DONTWAIT)
        return self.returncode

    def wait(self) -> int:
        self._read()
        assert self.returncode is not None
        return self.returncode

    def send_signal(self, signum: int) -> None:
        if self.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signum)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _read(self, flags: int = 0) -> None:
        if self.returncode is not None:
            return
        try:
            said = self._connection.recv(64, flags)
        except ConnectionError:
            said = b""
        self.returncode = int(said) if said else LOST
        self._connection.close()
