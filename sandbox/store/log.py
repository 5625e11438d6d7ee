"""Reads the event log, and creates interviews. Synchronous and short; the writer is `journal`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import groupby

from sqlalchemy import Engine, Row, delete, exists, insert, select
from sqlalchemy.exc import SQLAlchemyError

from sandbox.core import events as ev
from sandbox.core.access import is_author
from sandbox.core.chain import GENESIS, Link, link_hash
from sandbox.store.chunks import pack, unpack
from sandbox.store.database import StorageFault, explain
from sandbox.store.schema import chunks, events, interviews


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
        """Every row of one interview, in order, packed or not. Raises StorageFault."""
        query = select(events).where(events.c.interview == interview).order_by(events.c.seq)
        # Rows first: what is packed in between is then found twice, and never not at all.
        rows = {row.seq: row for row in map(_link, self._rows(query))}
        packed = {row.seq: row for row in self._packed(interview)}
        return [row for _, row in sorted((rows | packed).items())]

    def entries(self, interview: str, *, without: Sequence[str] = ()) -> Iterator[ev.Entry]:
        """Events in order; ``without`` names kinds to leave out, for lists that need no document.

        Raises StorageFault.
        """
        if not set(ev.BULKY) <= set(without):
            return (entry(row) for row in self.links(interview) if row.kind not in without)
        query = select(events).where(events.c.interview == interview, events.c.kind.not_in(without))
        return (entry(_link(row)) for row in self._rows(query.order_by(events.c.seq)))

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

    def created(self) -> Iterator[ev.Created]:
        """How each interview began. Raises StorageFault."""
        for row in self._rows(select(events).where(events.c.kind == "created")):
            event = entry(_link(row)).event
            if isinstance(event, ev.Created):
                yield event

    def decided(self) -> list[str]:
        """Interviews that a decision was recorded on. Raises StorageFault."""
        query = select(events.c.interview).where(events.c.kind == "decided").distinct()
        return [row.interview for row in self._rows(query)]

    def to_pack(self) -> list[str]:
        """Interviews that are over and have keystrokes that are not packed. Raises StorageFault."""
        over = ev.encode(ev.StageMoved(stage="finished"))
        unpacked = exists().where(events.c.interview == interviews.c.id, events.c.kind == "document")
        ended = exists().where(
            events.c.interview == interviews.c.id, events.c.kind == "stage", events.c.payload == over
        )
        return [row.id for row in self._rows(select(interviews.c.id).where(unpacked, ended))]

    def ended(self) -> dict[str, int]:
        """When each interview ended, microseconds since the epoch. Raises StorageFault.

        One that the candidate had agreed to and nobody ended: when something was recorded last. One that
        never began is not in it.
        """
        over = ev.encode(ev.StageMoved(stage="finished"))
        finished = select(events.c.interview, events.c.at_us).where(
            events.c.kind == "stage", events.c.payload == over
        )
        ended = {row.interview: row.at_us for row in self._rows(finished)}
        begun = select(events.c.interview).where(events.c.kind == "consented")
        for row in self._rows(begun):
            if row.interview not in ended:
                newest = select(events.c.at_us).where(events.c.interview == row.interview)
                ended[row.interview] = self._rows(newest.order_by(events.c.seq.desc()).limit(1))[0].at_us
        return ended

    def pack(self, interview: str) -> None:
        """Put what is bulky into one chunk a minute. Nothing is lost, whenever it stops. Raises StorageFault.

        The last row stays: the journal reads from it where the log ends.
        """
        query = select(events).where(events.c.interview == interview).order_by(events.c.seq)
        rows = [row for row in [_link(row) for row in self._rows(query)][:-1] if row.kind in ev.BULKY]
        for _, minute in groupby(rows, key=lambda row: row.at_us // 60_000_000):
            self._pack_together(list(minute))

    def _pack_together(self, rows: list[Link]) -> None:
        interview, first, last = rows[0].interview, rows[0].seq, rows[-1].seq
        packed = pack(rows)
        if unpack(interview, packed) != rows:
            raise StorageFault(
                f"Rows {first} to {last} of {interview} could not be packed; they stay as they are."
            )
        chunk = {"interview": interview, "first_seq": first, "last_seq": last, "packed": packed}
        these = events.c.seq.in_([row.seq for row in rows])
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(chunks), chunk)
                connection.execute(delete(events).where(events.c.interview == interview, these))
        except SQLAlchemyError as error:
            raise explain(error) from error

    def _packed(self, interview: str) -> list[Link]:
        query = select(chunks.c.packed).where(chunks.c.interview == interview).order_by(chunks.c.first_seq)
        return [row for chunk in self._rows(query) for row in unpack(interview, chunk.packed)]

    def _rows(self, query: object) -> list[Row[tuple[object, ...]]]:
        try:
            with self._engine.connect() as connection:
                return list(connection.execute(query))  # type: ignore[call-overload]
        except SQLAlchemyError as error:
            raise explain(error) from error


def _link(row: Row[tuple[object, ...]]) -> Link:
    return Link(**row._mapping)
