"""The broker on its UNIX socket: a thread for each connection, one request and one answer on each.

A connection that started a jail stays open as its lifeline. Who asks is the kernel's word. Only `recv` is
used: it takes no file descriptors.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import socket
import struct
import threading
import time
from collections.abc import Collection
from pathlib import Path
from types import TracebackType
from typing import Self

from isolation.broker.core import Broker
from isolation.broker.frames import MAX_REQUEST, BadFrame, Frames, frame, request_of
from isolation.broker.meeting import Client
from isolation.contract import RuntimeFault
from wire.broker import Answer, Done, Refused, Start

REQUEST_WITHIN_S = 5.0
CONNECTIONS = 256
_CHUNK = 1 << 16
_PEER = struct.Struct("=iII")  # pid, uid, gid
_log = logging.getLogger(__name__)


class Server:
    """Use as a context manager around `serve`: leaving it closes the socket and ends every jail."""

    def __init__(self, path: Path, broker: Broker, *, users: Collection[int], gid: int | None = None) -> None:
        """``users`` are the uids that may ask; ``gid`` is the group that may reach the socket."""
        self._path, self._broker, self._users, self._gid = path, broker, frozenset(users), gid
        self._places = threading.BoundedSemaphore(CONNECTIONS)
        self._closed = False

    def __enter__(self) -> Self:
        """Raises RuntimeFault."""
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            _remove_stale(self._path)
            before = os.umask(0o177)  # not even for a moment is it open to others
            try:
                self._socket.bind(str(self._path))
            finally:
                os.umask(before)
            if self._gid is not None:
                os.chown(self._path, -1, self._gid)
                self._path.chmod(0o660)
            self._socket.listen(64)
        except OSError as error:
            self._socket.close()
            raise RuntimeFault(
                f"The broker cannot listen on {self._path}: {error.strerror or error}."
            ) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        self._path.unlink(missing_ok=True)
        self._broker.close()

    def close(self) -> None:
        """Let `serve` return."""
        self._closed = True
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def serve(self) -> None:
        """Take connections until `close`."""
        while not self._closed:
            try:
                connection, _ = self._socket.accept()
            except OSError as error:
                if self._closed or error.errno in {errno.EBADF, errno.EINVAL}:
                    return
                _log.error("no connection could be taken: %s", error)
                time.sleep(0.1)  # out of descriptors: a busy loop frees none
                continue
            if not self._places.acquire(blocking=False):
                connection.close()
                continue
            threading.Thread(target=self._attend, args=(connection,), name="broker", daemon=True).start()

    def _attend(self, connection: socket.socket) -> None:
        try:
            with connection:
                self._converse(connection)
        except OSError:
            return  # the peer went away
        finally:
            self._places.release()

    def _converse(self, connection: socket.socket) -> None:
        client = _client(connection)
        if client.uid not in self._users:
            _log.warning("refused user %d, who is no client", client.uid)
            _send(connection, Refused(reason="Your user is no client of this broker."))
            return
        try:
            request = request_of(_receive(connection))
        except BadFrame as bad:
            _log.warning("refused a frame of user %d: %s", client.uid, bad)
            _send(connection, Refused(reason=f"This is no request: {bad}"))
            return
        answer = self._broker.answer(request, client)
        lifeline = isinstance(request, Start) and isinstance(answer, Done)
        try:
            _send(connection, answer)
            if lifeline:
                connection.settimeout(None)
                connection.recv(1)  # nothing more is to be said: a byte is the end as well
        finally:
            if lifeline and isinstance(request, Start):
                self._broker.hung_up(request.name)


def _client(connection: socket.socket) -> Client:
    raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size)
    _, uid, gid = _PEER.unpack(raw)
    return Client(uid=uid, gid=gid)


def _receive(connection: socket.socket) -> bytes:
    """One request. Raises BadFrame, OSError."""
    frames, deadline = Frames(MAX_REQUEST), time.monotonic() + REQUEST_WITHIN_S
    while (body := frames.take()) is None:
        connection.settimeout(max(deadline - time.monotonic(), 1e-3))
        try:
            data = connection.recv(_CHUNK)
        except TimeoutError:
            raise BadFrame(f"it did not come within {REQUEST_WITHIN_S:g} s") from None
        if not data:
            raise BadFrame("it ended before its end")
        frames.feed(data)
    if frames.pending:
        raise BadFrame("more than one on a connection")
    return body


def _send(connection: socket.socket, answer: Answer) -> None:
    connection.settimeout(REQUEST_WITHIN_S)
    connection.sendall(frame(answer))


def _remove_stale(path: Path) -> None:
    """The socket of a broker that is gone; one that answers is left alone. Raises OSError."""
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except FileNotFoundError:
            return
        except ConnectionRefusedError:
            path.unlink()
            return
    raise OSError(errno.EADDRINUSE, "another broker listens there")
