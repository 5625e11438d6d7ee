"""One open page: what waits to be sent to it, and how fast it may speak.

`post` never blocks. A page that reads too slowly is closed with 4409 and resumes by reconnecting; it never
holds up anybody else.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.core.access import Role, author_of

MAX_WAITING_FRAMES = 2_000
MAX_WAITING_BYTES = 8 * 1024 * 1024

BAD_FRAME, NO_SEAT, NO_INTERVIEW, TOO_SLOW, ENDED = 4400, 4401, 4404, 4409, 4410


@dataclass(frozen=True, slots=True)
class Close:
    code: int
    reason: str
    """For the log of the browser; at most 120 bytes."""


class Connection:
    def __init__(self, role: Role, name: str, member: int = 0) -> None:
        self.role = role
        self.name = name
        self.author = author_of(role, member)
        self.received_updates = 0
        """Document updates accepted from it; the ``n`` of the saved frame once they are on disk."""
        self._waiting: deque[bytes | str] = deque()
        self._waiting_bytes = 0
        self._close: Close | None = None
        self._wake = asyncio.Event()

    @property
    def closed_by(self) -> int | None:
        """The code that it is closed with; None while it is open."""
        return self._close.code if self._close else None

    @property
    def closing(self) -> bool:
        return self._close is not None

    def post(self, frame: bytes | str, *, exempt: bool = False) -> None:
        """Queue a frame. ``exempt``: what a new connection is told first may exceed the bounds."""
        if self._close is not None:
            return
        self._waiting.append(frame)
        self._waiting_bytes += len(frame)
        full = len(self._waiting) > MAX_WAITING_FRAMES or self._waiting_bytes > MAX_WAITING_BYTES
        if full and not exempt:
            self.close(TOO_SLOW, "too slow; reconnect to resume")
        self._wake.set()

    def close(self, code: int, reason: str) -> None:
        """Drop what waits and close. The first reason counts."""
        if self._close is None:
            self._close = Close(code, reason)
            self._waiting.clear()
        self._wake.set()

    async def next(self) -> bytes | str | Close:
        """The next frame to send, or why to close."""
        while True:
            if self._close is not None:
                return self._close
            if self._waiting:
                frame = self._waiting.popleft()
                self._waiting_bytes -= len(frame)
                return frame
            self._wake.clear()
            await self._wake.wait()


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
