"""What the machine suggests reaches no rater who has not marked both axes: by no call, file or frame.

The calls come from the table of `test_access`, which is held against the application: a new one is tried here
as soon as it is there.
"""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from pypdf import PdfReader

from sandbox.adapters.memory import MemoryJudge
from sandbox.ports import Unreadable
from tests.sandbox.conftest import Plane, serve
from tests.sandbox.page import Page
from tests.sandbox.test_access import ROUTES
from wire.scorecard import Score, Scorecard

CANARY = "CANARY-OF-THE-SUGGESTION"
READ = sorted(
    call.removeprefix("GET ")
    for call, seats in ROUTES.items()
    if call.startswith("GET ") and "second interviewer" in seats
)
TELLING = {"report", "report.html", "report.pdf", "report.json", "recording", "scorecard"}
"""Last parts of the calls that tell it to whoever may know."""


class TellingJudge(MemoryJudge):
    async def judge(self, files: Any, **options: Any) -> Scorecard | Unreadable:
        made = await super().judge(files, **options)
        assert isinstance(made, Scorecard)
        return made.model_copy(update={"score": Score(axis="research", suggested=4, because=(CANARY,))})


@pytest_asyncio.fixture
async def plane(tmp_path: Path, challenges: Path) -> AsyncIterator[Plane]:
    async with serve(tmp_path / "data", challenges, judge=TellingJudge()) as running:
        yield running


async def judged(plane: Plane) -> tuple[str, httpx.Cookies]:
    """An interview with a judgement, and the cookies of its second rater."""
    interview = plane.interview()
    second = await plane.invite(interview, "interviewer", "Edsger")
    async with (
        await plane.page(interview, "candidate") as ada,
        await plane.page(interview, "interviewer") as grace,
    ):
        await ada.do("consent")
        for stage in ("filter", "probe"):
            await grace.do("move_stage", stage=stage)
        await ada.until(lambda: ada.view["sandbox"]["state"] == "ready")
        await ada.do("submit")
        await grace.until(lambda: [one["state"] for one in grace.view["judgements"]] == ["judged"])
        assert not telling("\n".join(grace.texts))
        for axis in ("engineering", "research"):
            await grace.do("mark", axis=axis, score=3, reason="r")
    return interview, second


def telling(text: str) -> bool:
    """Whether a text tells the suggestion: its reason, its number in a scorecard, or in words."""
    return CANARY in text or '"suggested":4' in text.replace(" ", "") or "suggests 4 of 5" in text


async def told(plane: Plane, interview: str, cookies: httpx.Cookies) -> set[str]:
    """The calls whose answers tell it to this seat, by their last parts; and ``frames`` if the room does."""
    found = set[str]()
    # Without a limit of its own: a PDF takes a busy host a while.
    async with httpx.AsyncClient(base_url=plane.base, cookies=cookies, timeout=None) as client:
        for call in READ:
            answer = await client.get(call.format(interview=interview, number=1))
            assert answer.status_code != 401, call
            pdf = answer.headers["content-type"] == "application/pdf"
            if telling(words_of(answer.content) if pdf else answer.text):
                found.add(call.rpartition("/")[2])
    async with Page(plane.base, interview, "interviewer", cookies) as page:
        assert page.view["judgements"][0]["scorecard"]["verdicts"], "what was measured is theirs to read"
        await page.do("add_note", text="n")
        if any(map(telling, page.texts)):
            found.add("frames")
    return found


def words_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages)


async def test_a_rater_who_has_not_marked_both_axes_is_told_by_nothing(plane: Plane) -> None:
    interview, second = await judged(plane)
    assert await told(plane, interview, second) == set()
    async with Page(plane.base, interview, "interviewer", second) as edsger:
        await edsger.do("mark", axis="research", score=1, reason="r")
    assert await told(plane, interview, second) == set()


async def test_it_is_told_from_the_moment_on_in_which_their_own_marks_are_filed(plane: Plane) -> None:
    interview, second = await judged(plane)
    async with Page(plane.base, interview, "interviewer", second) as edsger:
        await edsger.do("mark", axis="research", score=1, reason="r")
        before = len(edsger.texts)
        await edsger.do("mark", axis="engineering", score=1, reason="r")
        await edsger.until(lambda: edsger.view["suggestions"] is not None)
        assert not any(map(telling, edsger.texts[:before]))
    assert await told(plane, interview, second) == {*TELLING, "frames"}


@pytest.mark.parametrize("role", ["candidate", "watcher"])
async def test_who_does_not_mark_is_not_told_in_the_room(plane: Plane, role: str) -> None:
    interview, _ = await judged(plane)
    cookies = (
        await plane.cookies(interview, role)
        if role == "candidate"
        else await plane.invite(interview, "watcher", "Barbara")
    )
    async with Page(plane.base, interview, role, cookies) as page:
        assert not any(map(telling, page.texts))


async def test_the_scorecard_says_what_to_do_first(plane: Plane) -> None:
    interview, second = await judged(plane)
    async with httpx.AsyncClient(base_url=plane.base, cookies=second) as client:
        answer = await client.get(f"/api/rooms/{interview}/judgements/1/scorecard")
        report = (await client.get(f"/api/rooms/{interview}/report")).json()
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "marks_first")
    assert report["judgement"]["scorecard"]["score"] is None
    assert json.dumps(report["judgement"]["scorecard"]["verdicts"]) != "[]"
