"""Writes the event log: group commit, and nobody is told before it is on disk.

Rows carry their own sequence number and hash; rooms make them, in their order. A batch is one
transaction of everything that waited, so a busy server commits seldom and a quiet one at once. A row that
does not follow the last one on disk is refused: after a failed write nothing later may slip in behind it.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Engine, func, insert, select
from sqlalchemy.exc import SQLAlchemyError

from sandbox.core.chain import Link
from sandbox.store.database import Durability, StorageFault, explain
from sandbox.store.schema import events

MAX_WAITING = 20_000
"""Turns of the event loop that may wait for the disk. Past it, writing fails instead of eating the memory."""

Done = Callable[[StorageFault | None], None]
_log = logging.getLogger(__name__)


_COLUMNS = tuple(column.name for column in events.c)
_VALUES: Callable[[Link], Any] = attrgetter(*_COLUMNS)


def _named(row: Link) -> dict[str, Any]:
    return dict(zip(_COLUMNS, _VALUES(row), strict=True))


def _last_seq(connection: Connection, interview: str) -> int:
    last = connection.scalar(select(func.max(events.c.seq)).where(events.c.interview == interview))
    return int(last or 0)


@dataclass(frozen=True, slots=True)
class _Job:
    rows: Sequence[Link]
    done: Done


class Journal:
    """Belongs to the event loop that calls `start`; `append` and the ``done`` callbacks run in it."""

    def __init__(self, engine: Engine, durability: Durability = "power-loss") -> None:
        """To wait for a disk or a server takes a thread; to hand a commit to the kernel takes less."""
        self._engine = engine
        self._connection: Connection | None = None
        self._heads: dict[str, int] = {}
        """The last sequence number on disk; touched by whoever writes alone."""
        # Compiled once: SQLAlchemy's own way to the same statement costs twice the statement.
        self._insert = str(insert(events).compile(engine))
        self._parameters = _VALUES if engine.dialect.positional else _named
        self._waiting: list[_Job] = []
        """Of this turn of the event loop."""
        self._batches: queue.SimpleQueue[list[_Job] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        if durability == "power-loss" or engine.dialect.name != "sqlite":
            self._thread = threading.Thread(target=self._write_all, name="journal", daemon=True)

    def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        if self._thread is not None:
            self._thread.start()

    def append(self, rows: Sequence[Link], done: Done) -> None:
        """Call ``done`` once the rows are durable, or with what went wrong. In order of the calls."""
        if self._batches.qsize() >= MAX_WAITING:
            fault = StorageFault("The disk cannot keep up. Wait a moment; the page tries again by itself.")
            self._loop.call_soon(done, fault)
            return
        if not self._waiting:
            self._loop.call_soon(self._take_turn)
        self._waiting.append(_Job(rows, done))

    def close(self) -> None:
        """Write what waits, then stop."""
        if self._waiting:
            self._take_turn()
        if self._thread is not None:
            self._batches.put(None)
            self._thread.join(timeout=10)
        elif self._connection is not None:
            self._connection.close()

    def _take_turn(self) -> None:
        batch, self._waiting = self._waiting, []
        if self._thread is not None:
            self._batches.put(batch)
        else:
            _tell(self._commit(batch))

    def _write_all(self) -> None:
        while (batch := self._next_batch()) is not None:
            results = self._commit(batch)
            try:
                self._loop.call_soon_threadsafe(_tell, results)
            except RuntimeError:
                _log.warning("the event loop is gone; %d batches were written and nobody told", len(results))
        if self._connection is not None:
            self._connection.close()

    def _next_batch(self) -> list[_Job] | None:
        """All that waits."""
        batch = self._batches.get()
        if batch is None:
            return None
        while not self._batches.empty():
            if (more := self._batches.get()) is None:
                self._batches.put(None)
                break
            batch += more
        return batch

    def _commit(self, batch: list[_Job]) -> list[tuple[_Job, StorageFault | None]]:
        if self._write([row for job in batch for row in job.rows]) is None:
            return [(job, None) for job in batch]
        # One bad job must not take the others' rows down; each is tried alone, in order.
        return [(job, self._write(job.rows)) for job in batch]

    def _write(self, rows: Sequence[Link]) -> StorageFault | None:
        heads = dict(self._heads)
        try:
            if self._connection is None:
                self._connection = self._engine.connect()
            connection = self._connection
            with connection.begin():
                for row in rows:
                    head = heads.get(row.interview)
                    if head is None:
                        head = _last_seq(connection, row.interview)
                    if row.seq != head + 1:
                        return StorageFault(
                            "Not saved, since what came before it was not. The page sends it again."
                        )
                    heads[row.interview] = row.seq
                if rows:
                    connection.exec_driver_sql(self._insert, [self._parameters(row) for row in rows])
        except SQLAlchemyError as error:
            _log.error("the event log could not be written: %s", error)
            # A connection that broke does not say whether the commit came through; the log does.
            for row in rows:
                self._heads.pop(row.interview, None)
            return explain(error)
        self._heads = heads
        return None


def _tell(results: list[tuple[_Job, StorageFault | None]]) -> None:
    for job, fault in results:
        job.done(fault)
