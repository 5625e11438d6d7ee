"""Frames over a UNIX socket to hostile code: every wait has a deadline, and only `recv` is used.

`recv` takes no file descriptors, so none can be pushed on us. Deadlines are of `time.monotonic`.
"""

from __future__ import annotations

import select
import socket
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from harness.oracle.codec import Frames, Kind, ProtocolError

_CHUNK = 1 << 16


class HungUp(Exception):
    """The other side closed, or there never was one."""


class Overdue(Exception):
    """A deadline passed."""


class Channel:
    """One accepted connection."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._frames = Frames()

    @property
    def pending(self) -> int:
        """Bytes received beyond the last frame taken."""
        return self._frames.pending

    def fileno(self) -> int:
        return self._socket.fileno()

    def send(self, frame: bytes, deadline: float) -> None:
        """Raises HungUp, Overdue (the other side does not read)."""
        self._socket.settimeout(max(deadline - time.monotonic(), 1e-3))
        try:
            self._socket.sendall(frame)
        except TimeoutError:
            raise Overdue from None
        except OSError:
            raise HungUp from None

    def receive(self, deadline: float, frame_s: float) -> tuple[Kind, bytes]:
        """The next frame, whose bytes must all come within ``frame_s`` of its first.

        Raises:
            HungUp, Overdue, ProtocolError.
        """
        frame_deadline: float | None = None
        while (frame := self._frames.take()) is None:
            if self._frames.pending and frame_deadline is None:
                frame_deadline = min(deadline, time.monotonic() + frame_s)
            try:
                self._frames.feed(self._read(deadline if frame_deadline is None else frame_deadline))
            except Overdue:
                if frame_deadline is None:
                    raise
                raise ProtocolError("a frame was begun and not finished") from None
        return frame

    def close(self) -> None:
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _read(self, deadline: float) -> bytes:
        self._socket.settimeout(max(deadline - time.monotonic(), 1e-3))
        try:
            data = self._socket.recv(_CHUNK)
        except TimeoutError:
            raise Overdue from None
        except OSError:
            raise HungUp from None
        if not data:
            raise HungUp
        return data


class Listener:
    """A socket that takes one connection. Leaving it removes it, so nobody can come a second time."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> Self:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.bind(str(self._path))
        # The jail's user is another one, and to connect is to write.
        self._path.chmod(0o666)
        self._socket.listen(1)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()
        self._path.unlink(missing_ok=True)

    def accept(self, deadline: float, *, unless: Channel | None = None) -> Channel | None:
        """None when the deadline passes first, or when ``unless`` has something to say first."""
        watched: list[Channel | socket.socket] = [self._socket]
        if unless is not None:
            watched.append(unless)
        ready, _, _ = select.select(watched, [], [], max(deadline - time.monotonic(), 0.0))
        if self._socket not in ready:
            return None
        return Channel(self._socket.accept()[0])
