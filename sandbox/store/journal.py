"""Writes the event log: group commit in one thread, and nobody is told before it is on disk.

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
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, Engine, func, insert, select
from sqlalchemy.exc import SQLAlchemyError

from sandbox.core.chain import Link
from sandbox.store.database import StorageFault, explain
from sandbox.store.schema import events

MAX_WAITING = 20_000
"""Batches that may wait for the disk. Past it, writing fails instead of eating the memory."""

Done = Callable[[StorageFault | None], None]
_log = logging.getLogger(__name__)


def _last_seq(connection: Connection, interview: str) -> int:
    last = connection.scalar(select(func.max(events.c.seq)).where(events.c.interview == interview))
    return int(last or 0)


@dataclass(frozen=True, slots=True)
class _Job:
    rows: Sequence[Link]
    done: Done


class Journal:
    """Belongs to the event loop that calls `start`; `append` and the ``done`` callbacks run in it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._heads: dict[str, int] = {}
        """The last sequence number on disk; touched by the thread alone."""
        self._jobs: queue.Queue[_Job | None] = queue.Queue(maxsize=MAX_WAITING)
        self._thread = threading.Thread(target=self._write_all, name="journal", daemon=True)

    def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    def append(self, rows: Sequence[Link], done: Done) -> None:
        """Call ``done`` once the rows are durable, or with what went wrong. In order of the calls."""
        try:
            self._jobs.put_nowait(_Job(rows, done))
        except queue.Full:
            fault = StorageFault("The disk cannot keep up. Wait a moment; the page tries again by itself.")
            self._loop.call_soon(done, fault)

    def close(self) -> None:
        """Write what waits, then stop."""
        self._jobs.put(None)
        self._thread.join(timeout=10)

    def _write_all(self) -> None:
        while (batch := self._next_batch()) is not None:
            if self._write([row for job in batch for row in job.rows]) is None:
                self._tell([(job, None) for job in batch])
            else:
                # One bad job must not take the others' rows down; each is tried alone, in order.
                self._tell([(job, self._write(job.rows)) for job in batch])

    def _next_batch(self) -> list[_Job] | None:
        job = self._jobs.get()
        batch = list[_Job]()
        while job is not None:
            batch.append(job)
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                return batch
        if batch:
            self._jobs.put(None)
            return batch
        return None

    def _write(self, rows: Sequence[Link]) -> StorageFault | None:
        heads = dict(self._heads)
        try:
            with self._engine.begin() as connection:
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
                    connection.execute(insert(events), [asdict(row) for row in rows])
        except SQLAlchemyError as error:
            _log.error("the event log could not be written: %s", error)
            return explain(error)
        self._heads = heads
        return None

    def _tell(self, results: list[tuple[_Job, StorageFault | None]]) -> None:
        def tell() -> None:
            for job, fault in results:
                job.done(fault)

        try:
            self._loop.call_soon_threadsafe(tell)
        except RuntimeError:
            _log.warning("the event loop is gone; %d batches were written and nobody told", len(results))
