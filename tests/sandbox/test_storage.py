"""The disk: what a full one does to a room, and what the log refuses whoever asks."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from pycrdt import Doc
from sqlalchemy import event, insert, text
from sqlalchemy.exc import DatabaseError

from sandbox.core import events as ev
from sandbox.core.chain import GENESIS, Link
from sandbox.store.checkpoints import Checkpoints
from sandbox.store.database import Durability, StorageFault, open_database, sqlite_url
from sandbox.store.journal import Journal
from sandbox.store.log import EventLog, link
from sandbox.store.schema import events
from tests.sandbox.conftest import Plane


@contextmanager
def full_disk(engine: Any) -> Iterator[None]:
    """SQLite's own way to be full: the file may not grow, and says so as on a full disk."""

    def limit(connection: Any) -> None:
        connection.connection.execute("PRAGMA max_page_count = 1")

    def unlimit(connection: Any) -> None:
        connection.connection.execute("PRAGMA max_page_count = 1073741823")

    event.listen(engine, "begin", limit)
    try:
        yield
    finally:
        event.remove(engine, "begin", limit)
        event.listen(engine, "begin", unlimit)


async def test_a_full_disk_is_said_in_the_room_and_nothing_acknowledged_is_lost(plane: Plane) -> None:
    interview = plane.interview()
    doc: Doc[Any] = Doc()
    async with await plane.page(interview, "candidate", doc) as ada:
        await ada.do("consent")
        ada.summary += "saved. "
        await ada.until(lambda: ada.saved == 1)
        with full_disk(plane.store.engine):
            ada.summary += "x" * 100_000
            await ada.until(lambda: "disk is full" in ada.view["alert"])
            assert ada.saved == 1
            assert await ada.close_code() == 4409
    async with (
        await plane.page(interview, "candidate", doc) as ada,
        await plane.page(interview, "interviewer") as grace,
    ):
        await grace.until(lambda: str(grace.summary) == "saved. " + "x" * 100_000)
        await ada.do("focus", visible=True)
        assert ada.view["alert"] == ""
    assert report_is_intact(plane, interview)


def report_is_intact(plane: Plane, interview: str) -> bool:
    from sandbox.core.chain import verify

    return verify(plane.store.log.links(interview)).intact


@pytest.fixture
def log(database_url: str) -> Iterator[EventLog]:
    log = EventLog(open_database(database_url))
    log.create("ab", [entry(1)])
    yield log
    log._engine.dispose()


def entry(seq: int) -> ev.Entry:
    return ev.Entry(seq=seq, at_us=seq, author="interviewer", event=ev.NoteAdded(note=seq, text="n"))


async def write(journal: Journal, *batches: list[Link]) -> list[StorageFault | None]:
    results: list[StorageFault | None] = []
    done = asyncio.Event()

    def told(fault: StorageFault | None) -> None:
        results.append(fault)
        if len(results) == len(batches):
            done.set()

    for rows in batches:
        journal.append(rows, told)
    await asyncio.wait_for(done.wait(), 10)
    return results


async def test_after_a_row_that_was_not_written_nothing_slips_in_behind_it(log: EventLog) -> None:
    journal = Journal(log._engine)
    journal.start()
    second = link(GENESIS, "ab", entry(2))
    third, fourth = link(second.hash, "ab", entry(3)), link(second.hash, "ab", entry(4))
    faults = await write(journal, [third], [fourth], [second])
    assert [fault is None for fault in faults] == [False, False, True]
    assert await write(journal, [third]) == [None]
    journal.close()
    assert [row.seq for row in log.links("ab")] == [1, 2, 3]


async def test_one_rooms_fault_is_not_anothers(log: EventLog) -> None:
    log.create("cd", [entry(1)])
    journal = Journal(log._engine)
    journal.start()
    faults = await write(journal, [link(GENESIS, "ab", entry(9))], [link(GENESIS, "cd", entry(2))])
    journal.close()
    assert [fault is None for fault in faults] == [False, True]


@pytest.mark.parametrize("statement", ["UPDATE events SET author = 'host'", "DELETE FROM events"])
def test_the_log_is_append_only(log: EventLog, statement: str) -> None:
    with pytest.raises(DatabaseError, match="append-only"), log._engine.begin() as connection:
        connection.execute(text(statement))


def test_an_event_needs_its_interview(log: EventLog) -> None:
    with pytest.raises(DatabaseError, match=r"(?i)foreign key"), log._engine.begin() as connection:
        connection.execute(insert(events), asdict(link(GENESIS, "none", entry(1))))


@pytest.mark.parametrize("durability", ["crash", "power-loss"])
async def test_rows_are_on_disk_when_it_is_told(database_url: str, durability: Durability) -> None:
    log = EventLog(open_database(database_url, durability))
    log.create("ab", [entry(1)])
    journal = Journal(log._engine, durability)
    journal.start()
    row = link(GENESIS, "ab", entry(2))
    assert await write(journal, [row]) == [None]
    other = EventLog(open_database(database_url))
    assert [row.seq for row in other.links("ab")] == [1, 2]
    journal.close()


def test_a_commit_may_be_left_to_the_kernel(tmp_path: Path) -> None:
    with open_database(sqlite_url(tmp_path), "crash").connect() as connection:
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 1


def test_the_write_ahead_log_is_copied_beside_the_commits(tmp_path: Path) -> None:
    log = EventLog(open_database(sqlite_url(tmp_path)))
    for number in range(40):
        log.create(f"ab{number}", [entry(1)])
    database = tmp_path / "interviews.db"
    before = database.stat().st_size
    Checkpoints(log._engine).copy()
    assert database.stat().st_size > before


def test_commits_survive_loss_of_power(tmp_path: Path) -> None:
    with open_database(sqlite_url(tmp_path)).connect() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 2
