"""Reads the event log, and creates interviews. Synchronous and short; the writer is `journal`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict

from sqlalchemy import Engine, Row, insert, select
from sqlalchemy.exc import SQLAlchemyError

from sandbox.core import events as ev
from sandbox.core.access import is_author
from sandbox.core.chain import GENESIS, Link, link_hash
from sandbox.store.database import explain
from sandbox.store.schema import events, interviews


def link(previous: bytes, interview: str, entry: ev.Entry) -> Link:
    """The row that follows ``previous`` in the chain."""
    payload = ev.encode(entry.event)
    fields = {
        "interview": interview,
        "seq": entry.seq,
        "at_us": entry.at_us,
        "kind": entry.event.kind,
        "author": entry.author,
        "payload": payload,
    }
    return Link(**fields, hash=link_hash(previous, **fields))  # type: ignore[arg-type]


def entry(row: Link) -> ev.Entry:
    """Raises ValueError for a row that we did not write."""
    if not is_author(row.author):
        raise ValueError(f"event {row.seq} has the author {row.author!r}")
    return ev.Entry(
        seq=row.seq,
        at_us=row.at_us,
        author=row.author,
        event=ev.decode(row.kind, row.payload),
    )


class EventLog:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def create(self, interview: str, entries: Sequence[ev.Entry]) -> None:
        """A new interview with its first events, all or nothing. Raises StorageFault."""
        rows, head = list[Link](), GENESIS
        for one in entries:
            rows.append(link(head, interview, one))
            head = rows[-1].hash
        self.take_in(rows)

    def take_in(self, rows: Sequence[Link]) -> None:
        """A new interview with rows that were made elsewhere, all or nothing. Raises StorageFault."""
        created = {"id": rows[0].interview, "created_at_us": rows[0].at_us}
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(interviews), created)
                connection.execute(insert(events), [asdict(row) for row in rows])
        except SQLAlchemyError as error:
            raise explain(error) from error

    def ids(self) -> list[str]:
        """All interviews, newest first. Raises StorageFault."""
        query = select(interviews.c.id).order_by(interviews.c.created_at_us.desc())
        return [row.id for row in self._rows(query)]

    def exists(self, interview: str) -> bool:
        """Raises StorageFault."""
        return bool(list(self._rows(select(interviews.c.id).where(interviews.c.id == interview))))

    def links(self, interview: str) -> list[Link]:
        """Every row of one interview, in order. Raises StorageFault."""
        query = select(events).where(events.c.interview == interview).order_by(events.c.seq)
        return [_link(row) for row in self._rows(query)]

    def entries(self, interview: str, *, without: Sequence[str] = ()) -> Iterator[ev.Entry]:
        """Events in order; ``without`` names kinds to leave out, for lists that need no document.

        Raises StorageFault.
        """
        query = select(events).where(events.c.interview == interview).order_by(events.c.seq)
        if without:
            query = query.where(events.c.kind.not_in(without))
        return (entry(_link(row)) for row in self._rows(query))

    def with_open_judgements(self) -> list[str]:
        """Interviews that were promised a judgement and have none yet. Raises StorageFault."""
        opened, ended = dict[str, int](), dict[str, int]()
        query = select(events.c.interview, events.c.kind).where(
            events.c.kind.in_(("judgement", "judged", "judgement-failed", "unreadable"))
        )
        for row in self._rows(query):
            counts = opened if row.kind == "judgement" else ended
            counts[row.interview] = counts.get(row.interview, 0) + 1
        return [interview for interview, count in opened.items() if count > ended.get(interview, 0)]

    def _rows(self, query: object) -> list[Row[tuple[object, ...]]]:
        try:
            with self._engine.connect() as connection:
                return list(connection.execute(query))  # type: ignore[call-overload]
        except SQLAlchemyError as error:
            raise explain(error) from error


def _link(row: Row[tuple[object, ...]]) -> Link:
    return Link(**row._mapping)
