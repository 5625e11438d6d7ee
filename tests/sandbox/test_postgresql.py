"""The whole control plane on PostgreSQL, and what it says of databases that it cannot use."""

from __future__ import annotations

import builtins
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import text

from sandbox.core.chain import verify
from sandbox.store import schema
from sandbox.store.database import Durability, StorageFault, open_database
from tests.sandbox import test_rights, test_whole_interview
from tests.sandbox.conftest import Plane, serve
from tests.sandbox.postgresql import Server


@pytest_asyncio.fixture
async def plane(tmp_path: Path, challenges: Path, postgresql: Server) -> AsyncIterator[Plane]:
    async with serve(tmp_path / "data", challenges, database_url=postgresql.new_database()) as running:
        yield running


async def test_an_interview_from_lobby_to_report(plane: Plane) -> None:
    await test_whole_interview.test_an_interview_from_lobby_to_report(plane)


async def test_the_log_refuses_any_other_deletion_and_the_audit_log_all(plane: Plane) -> None:
    await test_rights.test_the_log_refuses_any_other_deletion_and_the_audit_log_all(plane)


@pytest.mark.parametrize("table", ["events", "chunks", "audit"])
async def test_a_log_cannot_be_emptied(plane: Plane, table: str) -> None:
    with (
        plane.store.engine.connect() as connection,
        pytest.raises(Exception, match="append-only"),
    ):
        connection.execute(text(f"TRUNCATE {table} CASCADE"))


async def test_a_deleted_interview_leaves_no_row_and_an_entry_in_the_audit(plane: Plane) -> None:
    interview, other = await test_rights.whole(plane, "gone"), await test_rights.whole(plane, "kept")
    plane.store.log.pack(interview)
    async with await plane.host() as host:
        body = {"reason": "asked for it", "name": "Barbara"}
        assert (await host.post(f"/api/rooms/{interview}/delete", json=body)).status_code == 200
    with plane.store.engine.connect() as connection:
        for table in schema.metadata.sorted_tables:
            if "interview" in table.c:
                assert connection.execute(table.select().where(table.c.interview == interview)).all() == []
    assert [entry.author for entry in plane.store.erasure.audit()] == ["Barbara"]
    assert verify(plane.store.log.links(other)).intact


async def test_a_server_that_was_restarted_is_found_again(plane: Plane, postgresql: Server) -> None:
    interview = plane.interview()
    async with await plane.page(interview, "candidate") as ada:
        await ada.do("consent")
        for words in ("before. ", "after. ", "and again."):
            ada.summary += words
            await ada.until(lambda: ada.saved == ada.sent)
            postgresql.hang_up()
    async with await plane.page(interview, "interviewer") as grace:
        await grace.until(lambda: str(grace.summary) == "before. after. and again.")
    assert verify(plane.store.log.links(interview)).intact


@pytest.mark.parametrize(("durability", "commits"), [("power-loss", "on"), ("crash", "off")])
def test_what_a_commit_survives_is_the_servers_choice_too(
    postgresql: Server, durability: Durability, commits: str
) -> None:
    engine = open_database(postgresql.new_database(), durability)
    with engine.connect() as connection:
        assert connection.scalar(text("SHOW synchronous_commit")) == commits
    engine.dispose()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql://probe@/none?host=/nowhere", "cannot be reached"),
        ("mysql+pymysql://probe@/none", "driver pymysql of this database is missing"),
        ("nonsense", "URL cannot be read"),
    ],
)
def test_a_database_that_cannot_be_used_is_named_with_what_to_do(url: str, words: str) -> None:
    with pytest.raises(StorageFault, match=words):
        open_database(url)


def test_a_missing_driver_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    genuine = builtins.__import__

    def without_driver(name: str, *others: Any, **named: Any) -> Any:
        if name.startswith("psycopg"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return genuine(name, *others, **named)

    monkeypatch.setattr(builtins, "__import__", without_driver)
    with pytest.raises(StorageFault, match=r"pip install 'probe\[postgresql\]'"):
        open_database("postgresql://probe@/none")
