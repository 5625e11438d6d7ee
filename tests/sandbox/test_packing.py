"""A log that is packed reads, proves and grows as before, in a fraction of the room."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from bench.typed_interview import typed_interview
from sandbox.core import events as ev
from sandbox.core.chain import Link, verify
from sandbox.store.chunks import pack, unpack
from sandbox.store.database import open_database
from sandbox.store.log import EventLog
from sandbox.store.schema import events
from tests.sandbox.conftest import Plane

ROWS = st.builds(
    Link,
    interview=st.just("ab"),
    seq=st.integers(1, 1 << 31),
    at_us=st.integers(0, 1 << 60),
    kind=st.sampled_from(["document", "outputs"]),
    author=st.sampled_from(["candidate", "interviewer/2"]),
    payload=st.binary(max_size=40),
    hash=st.binary(min_size=32, max_size=32),
)


@given(st.lists(ROWS, min_size=1, max_size=20))
def test_rows_come_back_as_they_were(rows: list[Link]) -> None:
    assert unpack("ab", pack(rows)) == rows


@pytest.mark.parametrize("data", [b"", b"x", zlib.compress(b""), zlib.compress(b"\0\0\0\2{}")])
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"cannot be read|Expecting"):
        unpack("ab", data)


@pytest.fixture
def log(database_url: str) -> Iterator[EventLog]:
    engine = open_database(database_url)
    yield EventLog(engine)
    engine.dispose()


def test_a_packed_log_is_the_same_log(log: EventLog) -> None:
    entries = typed_interview(2, 4, start_ms=1_700_000_000_000)
    interview = f"{1:012x}"
    log.create(interview, entries)
    before = log.links(interview)
    assert log.to_pack() == [interview]
    log.pack(interview)
    assert log.to_pack() == []
    assert log.links(interview) == before
    assert list(log.entries(interview)) == entries
    assert list(log.entries(interview, without=ev.BULKY)) == [
        one for one in entries if one.event.kind not in ev.BULKY
    ]
    assert verify(log.links(interview)).intact
    with log._engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(events)) < len(entries) / 5
    log.pack(interview)
    assert log.links(interview) == before


def test_only_what_is_packed_can_be_deleted(log: EventLog) -> None:
    log.create(f"{1:012x}", typed_interview(1, 1, start_ms=1_700_000_000_000))
    for statement in ("DELETE FROM events", "UPDATE events SET kind = 'x'"):
        with pytest.raises(DatabaseError, match="append-only"), log._engine.begin() as connection:
            connection.execute(text(statement))
    log.pack(f"{1:012x}")
    for statement in ("DELETE FROM chunks", "UPDATE chunks SET packed = ''"):
        with pytest.raises(DatabaseError, match="append-only"), log._engine.begin() as connection:
            connection.execute(text(statement))


def test_one_that_goes_on_is_left_alone(log: EventLog) -> None:
    entries = typed_interview(1, 1, start_ms=1_700_000_000_000)
    log.create(f"{1:012x}", entries[:-1])
    assert log.to_pack() == []


async def test_a_mark_can_follow_what_was_packed(plane: Plane) -> None:
    interview = plane.interview()
    async with (
        await plane.page(interview, "candidate") as ada,
        await plane.page(interview, "interviewer") as grace,
    ):
        await ada.do("consent")
        ada.files["specdec.py"].insert(0, "# hello\n")
        await ada.until(lambda: ada.saved == 1)
        await grace.do("move_stage", stage="finished")
        plane.store.log.pack(interview)
        await grace.do("mark", axis="research", score=3, reason="r")
    async with await plane.page(interview, "interviewer") as grace:
        assert str(grace.files["specdec.py"]).startswith("# hello\n")
        assert grace.view["marks"]["research"]["score"] == 3
    assert verify(plane.store.log.links(interview)).intact
