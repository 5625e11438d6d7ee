"""The end of one interview's log: numbers events, chains them, and says when they are on disk."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from sandbox.core import events as ev
from sandbox.core.chain import Link
from sandbox.store.database import StorageFault
from sandbox.store.journal import Journal
from sandbox.store.log import link


class Tip(NamedTuple):
    """The last entry of a log."""

    hash: bytes
    seq: int
    at_us: int


class LogWriter:
    """Of one room, in its event loop."""

    def __init__(self, interview: str, journal: Journal, now_us: Callable[[], int], tip: Tip) -> None:
        self._interview, self._journal, self._now_us = interview, journal, now_us
        self._loop = asyncio.get_running_loop()
        self._tip, self._saved = tip, tip.seq
        self._stamped: list[Link] = []
        self._generation = 0
        self._waiters: deque[tuple[int, asyncio.Future[None]]] = deque()
        """Who waits for which event to be on disk, in order."""

    @property
    def at_us(self) -> int:
        """When something was recorded last, microseconds since the epoch."""
        return self._tip.at_us

    @property
    def at_rest(self) -> bool:
        """Whether all that is recorded is on disk."""
        return self._saved == self._tip.seq

    def stamp(self, author: ev.Author, event: ev.Event) -> ev.Entry:
        """The event in its place in the log; `write` writes it."""
        seq, at_us = self._tip.seq + 1, max(self._tip.at_us, self._now_us())
        one = ev.Entry(seq=seq, at_us=at_us, author=author, event=event)
        row = link(self._tip.hash, self._interview, one)
        self._tip = Tip(row.hash, seq, at_us)
        self._stamped.append(row)
        return one

    def write(self, done: Callable[[StorageFault | None], None]) -> None:
        """Write what was stamped; ``done`` is told once it is on disk, or what went wrong.

        It is told nothing once the log has started over.
        """
        rows, self._stamped = self._stamped, []
        generation = self._generation

        def written(fault: StorageFault | None) -> None:
            if generation == self._generation:
                done(fault)

        self._journal.append(rows, written)

    def waiter(self) -> asyncio.Future[None]:
        """Done when all that is recorded now is on disk, or raises StorageFault."""
        waiter: asyncio.Future[None] = self._loop.create_future()
        # Nobody has to wait for it; a fault is dealt with in any case.
        waiter.add_done_callback(lambda future: future.cancelled() or future.exception())
        if self.at_rest:
            waiter.set_result(None)
        else:
            self._waiters.append((self._tip.seq, waiter))
        return waiter

    def saved(self, seq: int) -> None:
        """That event is on disk, and with it all before it."""
        self._saved = seq

    def tell_waiters(self) -> None:
        while self._waiters and self._waiters[0][0] <= self._saved:
            _tell(self._waiters.popleft()[1], None)

    def give_up(self, fault: StorageFault) -> None:
        """What is not on disk never will be."""
        self._generation += 1
        waiters, self._waiters = self._waiters, deque()
        for _, waiter in waiters:
            _tell(waiter, fault)

    def go_on_from(self, tip: Tip) -> None:
        """The last entry on disk."""
        self._tip, self._saved = tip, tip.seq


def _tell(waiter: asyncio.Future[None], fault: StorageFault | None) -> None:
    if waiter.done():
        return
    if fault is None:
        waiter.set_result(None)
    else:
        waiter.set_exception(fault)
