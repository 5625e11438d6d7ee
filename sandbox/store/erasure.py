"""Deletes an interview for good: rows, chunks, seats, records and files; the audit log says that it was.

SQLite only unlinks what it deletes. Here it writes zeros over it (``secure_delete``), and `scrub` rewrites
the database and empties its write-ahead log, so that nothing is left in pages that were moved about.
Whoever writes meanwhile waits: a server scrubs when nobody is in a room.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from sqlalchemy import Connection, Engine, delete, insert, select, text
from sqlalchemy.exc import SQLAlchemyError

from sandbox.core import audit as au
from sandbox.core.chain import GENESIS, Link
from sandbox.store.database import StorageFault, explain
from sandbox.store.records import Records
from sandbox.store.schema import audit, erasing, events, interviews, metadata, seats

SANDBOXES = "run"
"""Folder of what runs now."""


class Erasure:
    def __init__(self, engine: Engine, data: Path) -> None:
        """``data``: the data folder."""
        self._engine, self._data, self._records = engine, data, Records(data)
        self.unscrubbed = self._has_free_pages()
        """Whether the database's file may still hold what was deleted."""

    def erase(self, interview: str, *, who: str, reason: str, at_us: int) -> Link:
        """Its entry in the audit log. ``who``: the name of a person, or what did it.

        All or nothing, but for files that are gone when the database then refuses. Raises LookupError and
        StorageFault.
        """
        try:
            with self._engine.connect() as connection:
                if connection.dialect.name == "sqlite":
                    connection.exec_driver_sql("PRAGMA secure_delete=ON")
                    connection.rollback()  # the pragma outlives it
                with connection.begin():
                    entry, records = _erase(connection, interview, who=who, reason=reason, at_us=at_us)
                    # Before the commit: what stops half-way is still there to be deleted again.
                    for sha256 in records:
                        self._records.forget(sha256)
                    self._delete_files(interview)
        except SQLAlchemyError as error:
            raise explain(error) from error
        self.unscrubbed = True
        return entry

    def scrub(self) -> None:
        """Nothing that was deleted is in the database's files after it. Raises StorageFault."""
        if self._engine.dialect.name == "sqlite":
            try:
                with self._engine.connect() as connection:
                    alone = connection.execution_options(isolation_level="AUTOCOMMIT")
                    alone.exec_driver_sql("VACUUM")
                    busy = alone.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar()
            except SQLAlchemyError as error:
                raise explain(error) from error
            if busy:
                raise StorageFault("The database is being read; what was deleted is scrubbed later.")
        self.unscrubbed = False

    def audit(self) -> list[Link]:
        """All entries, in order; `sandbox.core.chain.verify` proves them. Raises StorageFault."""
        try:
            with self._engine.connect() as connection:
                rows = list(connection.execute(select(audit).order_by(audit.c.seq)))
        except SQLAlchemyError as error:
            raise explain(error) from error
        return [Link(interview=au.NAME, kind=au.KIND, **row._mapping) for row in rows]

    def _has_free_pages(self) -> bool:
        if self._engine.dialect.name != "sqlite":
            return False
        try:
            with self._engine.connect() as connection:
                return bool(connection.exec_driver_sql("PRAGMA freelist_count").scalar())
        except SQLAlchemyError as error:
            raise explain(error) from error

    def _delete_files(self, interview: str) -> None:
        """What was exported into the data folder, by the id in its name."""
        for folder, folders, names in os.walk(self._data):
            if Path(folder) == self._data and SANDBOXES in folders:
                folders.remove(SANDBOXES)  # emptied by whoever made it
            for path in (Path(folder, name) for name in names if interview in name):
                try:
                    path.unlink()
                except OSError as error:
                    raise StorageFault(f"{path} cannot be deleted: {error.strerror}.") from error


def _erase(
    connection: Connection, interview: str, *, who: str, reason: str, at_us: int
) -> tuple[Link, frozenset[str]]:
    """The entry, and the records that no interview needs any more."""
    # From here on nobody else deletes, and what is read stays true. With SQLite the write that comes first
    # does that; PostgreSQL lets others write, so they are kept out by name.
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE audit, events IN SHARE ROW EXCLUSIVE MODE"))
    connection.execute(delete(seats).where(seats.c.interview == interview))
    newest = select(events.c.seq, events.c.hash).where(events.c.interview == interview)
    # The last row is never packed; see `sandbox.store.log.EventLog.pack`.
    last = connection.execute(newest.order_by(events.c.seq.desc()).limit(1)).first()
    if last is None:
        raise LookupError(interview)
    records = _records_of(connection, interview)
    deleted = au.Deleted(
        interview_sha256=au.hashed(interview), reason=reason, events=last.seq, head=last.hash.hex()
    )
    entry = _append(connection, at_us=at_us, who=who, deleted=deleted)
    connection.execute(insert(erasing), {"interview": interview, "audit": entry.seq})
    for table in reversed(metadata.sorted_tables):
        if "interview" in table.c and table is not erasing:
            connection.execute(delete(table).where(table.c.interview == interview))
    connection.execute(delete(erasing).where(erasing.c.interview == interview))
    connection.execute(delete(interviews).where(interviews.c.id == interview))
    return entry, records


def _append(connection: Connection, *, at_us: int, who: str, deleted: au.Deleted) -> Link:
    head = connection.execute(select(audit.c.seq, audit.c.hash).order_by(audit.c.seq.desc()).limit(1)).first()
    seq, previous = (0, GENESIS) if head is None else (head.seq, head.hash)
    entry = au.link(previous, seq + 1, at_us=at_us, who=who, deleted=deleted)
    row = {column.name: getattr(entry, column.name) for column in audit.c}
    connection.execute(insert(audit), row)
    return entry


def _records_of(connection: Connection, interview: str) -> frozenset[str]:
    """Hashes of the judge's records that this interview's scorecards name and no other's do."""
    judged = select(events.c.payload).where(events.c.kind == "judged")
    ours = {
        json.loads(payload)["scorecard"].get("record_sha256")
        for payload in connection.scalars(judged.where(events.c.interview == interview))
    } - {None}
    if not ours:
        return frozenset()
    for payload in connection.scalars(judged.where(events.c.interview != interview)):
        ours = {sha256 for sha256 in ours if sha256.encode() not in payload}
    return frozenset(ours)
