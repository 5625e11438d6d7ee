"""One open page: what waits to be sent to it, and how fast it may speak.

`post` never blocks. A page that reads too slowly is closed with 4409 and resumes by reconnecting; it never
holds up anybody else.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from sandbox.core.access import Role, author_of
from sandbox.rooms.sealing import Sealed, seal

MAX_WAITING_FRAMES = 2_000
MAX_WAITING_BYTES = 8 * 1024 * 1024

BAD_FRAME, NO_SEAT, NO_INTERVIEW, TOO_SLOW, ENDED = 4400, 4401, 4404, 4409, 4410


@dataclass(frozen=True, slots=True)
class Close:
    code: int
    reason: str
    """For the log of the browser; at most 120 bytes."""


class Outlet(Protocol):
    """Where a page's frames go."""

    @property
    def writable(self) -> bool:
        """Whether the page has kept up; what is written while it has not waits in memory without bound."""

    def write(self, frame: Sealed) -> None: ...

    def close(self, why: Close) -> None: ...


class Nowhere:
    """Of a connection that has none yet."""

    writable = True

    def write(self, frame: Sealed) -> None:
        """Dropped."""

    def close(self, why: Close) -> None:
        """Nothing to close."""


class Connection:
    def __init__(
        self,
        role: Role,
        name: str,
        member: int = 0,
        outlet: Outlet | None = None,
        *,
        document_only: bool = False,
    ) -> None:
        self.role = role
        self.document_only = document_only
        """A Yjs client that is not our page: it knows sync and awareness and nothing else of the protocol."""
        self.name = name
        self.author = author_of(role, member)
        self.saved_updates = 0
        """Document updates of it that are on disk; the ``n`` of the saved frame."""
        self._outlet = outlet or Nowhere()
        self._waiting: deque[Sealed] = deque()
        self._waiting_bytes = 0
        self.closed_by: int | None = None
        """The code that it is closed with; None while it is open."""

    @property
    def closing(self) -> bool:
        return self.closed_by is not None

    def post(self, message: bytes | str, *, exempt: bool = False) -> None:
        """Send a message or a frame. ``exempt``: what a new page is told first may exceed the bounds."""
        if self.closed_by is not None or (self.document_only and isinstance(message, str)):
            return
        frame = message if isinstance(message, Sealed) else seal(message)
        if not self._waiting and self._outlet.writable:
            self._outlet.write(frame)
            return
        self._waiting.append(frame)
        self._waiting_bytes += len(frame)
        full = len(self._waiting) > MAX_WAITING_FRAMES or self._waiting_bytes > MAX_WAITING_BYTES
        if full and not exempt:
            self.close(TOO_SLOW, "too slow; reconnect to resume")

    def resume(self) -> None:
        """The page has caught up."""
        while self._waiting and self._outlet.writable:
            frame = self._waiting.popleft()
            self._waiting_bytes -= len(frame)
            self._outlet.write(frame)

    def close(self, code: int, reason: str) -> None:
        """Drop what waits and close. The first reason counts."""
        if self.closed_by is None:
            self.closed_by = code
            self._waiting.clear()
            self._outlet.close(Close(code, reason))


class Allowance:
    """A token bucket: ``per_second`` on average, ``burst`` at once."""

    def __init__(self, per_second: float, burst: int, clock: Callable[[], float]) -> None:
        self._per_second, self._burst, self._clock = per_second, burst, clock
        self._left, self._at = float(burst), clock()

    def take(self) -> bool:
        """Whether one more is allowed now."""
        now = self._clock()
        self._left = min(self._burst, self._left + (now - self._at) * self._per_second)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
