"""Jails through the broker: `isolation.contract.Runtime` for a process that must not reach the engine.

Each request has a connection of its own, so that a long wait keeps nobody else waiting. The one that started
a jail stays open while the jail is of use: when this process dies, the broker sees it close.
"""

from __future__ import annotations

import base64
import contextlib
import socket
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import ValidationError

from isolation.broker.frames import MAX_ANSWER, BadFrame, Frames, answer_of, frame
from isolation.contract import Bind, Device, Ending, Exit, Jail, JailSpec, RuntimeFault, Usage
from wire.broker import (
    Answer,
    Describe,
    Described,
    Devices,
    Done,
    Ended,
    Failed,
    Inventory,
    LimitsAsked,
    Names,
    Output,
    Owned,
    Poll,
    Reap,
    Refused,
    Request,
    Said,
    Seal,
    Shown,
    Start,
    Stop,
    Use,
    Used,
    Wait,
)

_ANSWER_WITHIN_S = 120.0
_LONGEST_WAIT_S = 7_200.0
_CHUNK = 1 << 16
_UNKNOWN = Usage(cpu_s=None, peak_memory_bytes=None)
_A = TypeVar("_A", bound=Answer)


class BrokerRuntime:
    """Implements `isolation.contract.Runtime`; its name is that of the runtime behind the broker."""

    def __init__(self, path: Path) -> None:
        """``path`` is the broker's socket. Raises RuntimeFault when no broker answers there."""
        self._line = _Line(path)
        self._described = self._line.ask(Describe(), Described)

    @property
    def name(self) -> Literal["docker", "embedded", "none"]:
        return self._described.runtime

    @property
    def identity(self) -> str:
        """Raises RuntimeFault."""
        return self._line.ask(Describe(), Described).identity

    @property
    def caveats(self) -> Sequence[str]:
        return self._described.caveats

    @property
    def unpromised(self) -> frozenset[str]:
        return frozenset(self._described.unpromised)

    @property
    def root(self) -> Path:
        """Where folders must lie that a jail is shown, and that are no part of the product."""
        return Path(self._described.root)

    def devices(self) -> Sequence[Device]:
        """Raises RuntimeFault."""
        found = self._line.ask(Devices(), Inventory).devices
        return tuple(Device(**one.model_dump()) for one in found)

    def start(self, spec: JailSpec) -> Jail:
        """Raises RuntimeFault, also for what the broker does not allow."""
        try:
            request = _request(spec, self.root)
        except ValidationError as error:
            raise RuntimeFault(f"The broker takes no such jail: {error.errors()[0]['msg']}.") from error
        return BrokerJail(spec.name, self._line, self._line.start(request))

    def owned(self) -> Sequence[str]:
        """Raises RuntimeFault."""
        return self._line.ask(Owned(), Names).names

    def reap(self, name: str) -> None:
        """Raises RuntimeFault."""
        self._line.ask(Reap(name=name), Done)


class BrokerJail:
    """Implements `isolation.contract.Jail`. The broker forgets it when its end is first seen."""

    def __init__(self, name: str, line: _Line, lifeline: socket.socket) -> None:
        self._name, self._line, self._lifeline = name, line, lifeline
        self._exit: Exit | None = None
        self._output, self._usage = b"", _UNKNOWN
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        return self._name

    def poll(self) -> Exit | None:
        if self._exit is not None:
            return self._exit
        return self._seen(self._line.ask(Poll(name=self._name), Ended))

    def wait(self, timeout_s: float) -> Exit:
        deadline = time.monotonic() + timeout_s
        while self._exit is None:
            left = min(max(deadline - time.monotonic(), 0.0), _LONGEST_WAIT_S)
            self._seen(self._line.ask(Wait(name=self._name, timeout_s=left), Ended, within_s=left))
        return self._exit

    def output(self) -> bytes:
        return self._output if self._exit is not None else self._ask_output()

    def usage(self) -> Usage:
        return self._usage if self._exit is not None else self._ask_usage()

    def seal(self) -> None:
        self._line.ask(Seal(name=self._name), Done)

    def stop(self) -> None:
        if self._exit is None:
            self._line.ask(Stop(name=self._name), Done)
            self.poll()

    def _seen(self, answer: Ended) -> Exit | None:
        if answer.exit is None:
            return None
        with self._lock:
            if self._exit is None:
                self._output, self._usage = self._ask_output(), self._ask_usage()
                self._exit = Exit(ending=Ending(answer.exit.ending), code=answer.exit.code)
                self._line.ask(Reap(name=self._name), Done)
                self._lifeline.close()
            return self._exit

    def _ask_output(self) -> bytes:
        return base64.b64decode(self._line.ask(Output(name=self._name), Said).base64)

    def _ask_usage(self) -> Usage:
        figures = self._line.ask(Use(name=self._name), Used).figures
        return Usage(**figures) if figures else _UNKNOWN  # type: ignore[arg-type]


class _Line:
    """One request, one answer, one connection."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def ask(self, request: Request, kind: type[_A], *, within_s: float = 0.0) -> _A:
        """Raises RuntimeFault, also when the answer is another one."""
        with self._connected() as connection:
            return _expect(self._exchange(connection, request, within_s + _ANSWER_WITHIN_S), kind)

    def start(self, request: Start) -> socket.socket:
        """The connection that keeps the jail. Raises RuntimeFault."""
        connection = self._connected()
        try:
            _expect(self._exchange(connection, request, _ANSWER_WITHIN_S), Done)
        except BaseException:
            connection.close()
            raise
        return connection

    def _connected(self) -> socket.socket:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.connect(str(self._path))
        except OSError as error:
            connection.close()
            raise RuntimeFault(
                f"No broker answers on {self._path} ({error.strerror}). Start one: "
                f"probe broker --socket {self._path}"
            ) from error
        return connection

    def _exchange(self, connection: socket.socket, request: Request, within_s: float) -> Answer:
        frames, deadline = Frames(MAX_ANSWER), time.monotonic() + within_s
        try:
            connection.settimeout(within_s)
            with contextlib.suppress(BrokenPipeError):  # refused before it was read; the answer says why
                connection.sendall(frame(request))
            while (body := frames.take()) is None:
                connection.settimeout(max(deadline - time.monotonic(), 1e-3))
                data = connection.recv(_CHUNK)
                if not data:
                    raise RuntimeFault("The broker closed the connection; its log says why.")
                frames.feed(data)
            return answer_of(body)
        except BadFrame as bad:
            raise RuntimeFault(f"The broker answered what is no answer: {bad}.") from bad
        except OSError as error:
            raise RuntimeFault(f"The broker does not answer: {error.strerror or error}.") from error


def _expect(answer: Answer, kind: type[_A]) -> _A:
    if isinstance(answer, kind):
        return answer
    if isinstance(answer, Refused):
        raise RuntimeFault(f"The broker refuses: {answer.reason}")
    if isinstance(answer, Failed):
        raise RuntimeFault(answer.reason)
    raise RuntimeFault(f"The broker answered {answer.answer} where {kind.__name__.lower()} is due.")


def _request(spec: JailSpec, root: Path) -> Start:
    return Start(
        name=spec.name,
        kind=spec.kind,
        argv=tuple(spec.argv),
        env=dict(spec.env),
        limits=LimitsAsked(**asdict(spec.limits)),
        shown=tuple(_shown(bind, root) for bind in spec.binds),
        meeting=_steps(spec.socket_dir, root) if spec.socket_dir is not None else (),
        device=spec.device or None,
    )


def _shown(bind: Bind, root: Path) -> Shown:
    """A bind by name: what lies below the meeting root by its steps, a challenge by its slug."""
    if bind.source.absolute().is_relative_to(root):
        return Shown(target=str(bind.target), names=_steps(bind.source, root))
    if bind.source.name == "visible":
        return Shown(target=str(bind.target), names=(bind.source.absolute().parent.name,))
    return Shown(target=str(bind.target))


def _steps(folder: Path, root: Path) -> tuple[str, ...]:
    """Raises RuntimeFault."""
    if not folder.absolute().is_relative_to(root):
        raise RuntimeFault(f"{folder} cannot be shown through the broker: it is not below {root}.")
    return folder.absolute().relative_to(root).parts
