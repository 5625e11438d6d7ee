"""Frames over a UNIX socket to hostile code: every wait has a deadline, and only `recv` is used.

`recv` takes no file descriptors, so none can be pushed on us. Deadlines are of `time.monotonic`.
"""

from __future__ import annotations

import select
import socket
import struct
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from harness.oracle.codec import MAX_REQUEST, Frames, Kind, ProtocolError

_LOOK_EVERY_S = 0.05
"""The kernel ends a wait this often, so that a deadline is seen. One set for each wait would cost more."""


class HungUp(Exception):
    """The other side closed, or there never was one."""


class Overdue(Exception):
    """A deadline passed."""


class Channel:
    """One accepted connection."""

    def __init__(self, connection: socket.socket) -> None:
        connection.settimeout(None)
        every = struct.pack("@ll", 0, int(_LOOK_EVERY_S * 1e6))
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, every)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, every)
        self._socket = connection
        self._frames = Frames(MAX_REQUEST)

    @property
    def pending(self) -> int:
        """Bytes received beyond the last frame taken."""
        return self._frames.pending

    def fileno(self) -> int:
        return self._socket.fileno()

    def send(self, frame: bytes, deadline: float) -> None:
        """Raises HungUp, Overdue (the other side does not read)."""
        unsent: bytes | memoryview = frame
        while unsent:
            try:
                sent = self._socket.send(unsent)
            except BlockingIOError:
                sent = 0
            except OSError:
                raise HungUp from None
            if sent == len(unsent):
                return
            unsent = memoryview(unsent)[sent:]
            if time.monotonic() > deadline:
                raise Overdue

    def send_descriptor(self, frame: bytes, descriptor: int, deadline: float) -> None:
        """The same, and a file descriptor goes with the first byte. None is ever taken."""
        try:
            sent = socket.send_fds(self._socket, [frame], [descriptor])
        except BlockingIOError:
            raise Overdue from None
        except OSError:
            raise HungUp from None
        self.send(frame[sent:], deadline)

    def receive(self, deadline: float, frame_s: float) -> tuple[Kind, memoryview]:
        """The next frame, whose bytes must all come within ``frame_s`` of its first.

        The body is valid until the next call.

        Raises:
            HungUp, Overdue, ProtocolError.
        """
        frames = self._frames
        begun_at: float | None = None
        while (frame := frames.take()) is None:
            self._read()
            now = time.monotonic()
            if begun_at is None and frames.pending:
                begun_at = now
            if begun_at is not None and now > begun_at + frame_s:
                raise ProtocolError("a frame was begun and not finished")
            # Also when there is a frame: whoever asks without end is not waited for.
            if now > deadline:
                raise Overdue
        return frame

    def close(self) -> None:
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _read(self) -> None:
        """Take in what comes, or nothing within `_LOOK_EVERY_S`. Raises HungUp."""
        try:
            count = self._socket.recv_into(self._frames.space())
        except BlockingIOError:
            return
        except OSError:
            raise HungUp from None
        if not count:
            raise HungUp
        self._frames.added(count)


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
