"""A judgement's scorecard and record as files: for interviewers and the host, never for a candidate."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from sandbox.adapters.memory import MemoryJudge
from sandbox.ports import Unreadable
from sandbox.store.database import StorageFault
from sandbox.store.records import MAX_BYTES, Records
from tests.sandbox.conftest import Plane, serve
from wire.scorecard import Scorecard

HIDDEN = b"CANARY-HIDDEN-PROMPTS"
SHA256 = hashlib.sha256(HIDDEN).hexdigest()


class RecordingJudge(MemoryJudge):
    """As the memory judge, but its scorecards name a record."""

    async def judge(self, files: Any, **options: Any) -> Scorecard | Unreadable:
        made = await super().judge(files, **options)
        assert isinstance(made, Scorecard)
        return made.model_copy(update={"record_sha256": SHA256})


@pytest_asyncio.fixture
async def plane(tmp_path: Path, challenges: Path) -> AsyncIterator[Plane]:
    async with serve(tmp_path / "data", challenges, judge=RecordingJudge()) as running:
        yield running


async def judged(plane: Plane) -> str:
    """An interview whose first judgement was made, and whose interviewer has marked."""
    interview = plane.interview()
    async with (
        await plane.page(interview, "candidate") as ada,
        await plane.page(interview, "interviewer") as grace,
    ):
        await ada.do("consent")
        for stage in ("filter", "probe"):
            await grace.do("move_stage", stage=stage)
        await ada.until(lambda: ada.view["sandbox"]["state"] == "ready")
        await grace.do("judge_now", budget="quick")
        await grace.until(lambda: [one["state"] for one in grace.view["judgements"]] == ["judged"])
        for axis in ("engineering", "research"):
            await grace.do("mark", axis=axis, score=3, reason="r")
    return interview


def write_record(plane: Plane, tmp_path: Path) -> None:
    written = tmp_path / "record"
    written.write_bytes(HIDDEN)
    Records(plane.settings.data).keep(SHA256, written)


async def test_only_who_may_read_the_report_may_have_them(plane: Plane, tmp_path: Path) -> None:
    interview, other = await judged(plane), plane.interview()
    write_record(plane, tmp_path)
    seats = {
        "nobody": httpx.Cookies(),
        "candidate": await plane.cookies(interview, "candidate"),
        "other candidate": await plane.cookies(other, "candidate"),
        "other interviewer": await plane.cookies(other, "interviewer"),
        "interviewer": await plane.cookies(interview, "interviewer"),
        "host": (await plane.host()).cookies,
    }
    at = f"/api/rooms/{interview}/judgements/1"
    for seat, cookies in seats.items():
        async with httpx.AsyncClient(base_url=plane.base, cookies=cookies) as client:
            record, scorecard = await client.get(f"{at}/record"), await client.get(f"{at}/scorecard")
        if seat in ("interviewer", "host"):
            assert record.content == HIDDEN
            assert record.headers["content-disposition"] == 'attachment; filename="judgement-1.jsonl.gz"'
            assert record.headers["cache-control"] == "no-store"
            assert Scorecard.model_validate_json(scorecard.content).record_sha256 == SHA256
            assert scorecard.headers["content-disposition"].startswith("attachment")
        else:
            assert (record.status_code, scorecard.status_code) == (401, 401), seat
            assert HIDDEN not in record.content


@pytest.mark.parametrize(
    "path",
    [
        f"/records/{SHA256}.jsonl.gz",
        f"/data/records/{SHA256}.jsonl.gz",
        f"/assets/../../records/{SHA256}.jsonl.gz",
        f"/assets/%2e%2e/%2e%2e/records/{SHA256}.jsonl.gz",
    ],
)
async def test_no_other_address_leads_to_a_record(plane: Plane, tmp_path: Path, path: str) -> None:
    interview = await judged(plane)
    write_record(plane, tmp_path)
    cookies = await plane.cookies(interview, "candidate")
    async with httpx.AsyncClient(base_url=plane.base, cookies=cookies) as client:
        assert HIDDEN not in (await client.get(path)).content


async def test_what_is_not_there_is_said(plane: Plane) -> None:
    interview = await judged(plane)
    cookies = await plane.cookies(interview, "interviewer")
    async with httpx.AsyncClient(base_url=plane.base, cookies=cookies) as client:
        for path in ("1/record", "2/record", "2/scorecard"):
            answer = await client.get(f"/api/rooms/{interview}/judgements/{path}")
            assert (answer.status_code, answer.json()["error"]["code"]) == (404, "no_evidence")
        assert (await client.get(f"/api/rooms/{interview}/judgements/1/seed")).status_code == 422


def test_a_record_is_kept_by_its_hash_for_the_owner_alone(tmp_path: Path) -> None:
    written = tmp_path / "written"
    written.write_bytes(HIDDEN)
    records = Records(tmp_path)
    assert records.find(SHA256) is None
    records.keep(SHA256, written)
    kept = records.find(SHA256)
    assert kept is not None
    assert kept.read_bytes() == HIDDEN
    assert kept.parent.stat().st_mode & 0o077 == 0
    assert [path.name for path in kept.parent.iterdir()] == [kept.name]


def test_a_record_that_cannot_be_kept_is_a_fault_of_the_storage(tmp_path: Path) -> None:
    with pytest.raises(StorageFault, match="cannot be kept"):
        Records(tmp_path).keep(SHA256, tmp_path / "none")
    large = tmp_path / "large"
    with large.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(StorageFault, match="larger"):
        Records(tmp_path).keep(SHA256, large)
