"""The judge's queue: one at a time, shown while it works, and not lost by a restart."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from pathlib import Path

from sqlalchemy import insert

from sandbox.adapters.memory import MemoryJudge, MemorySandboxes
from sandbox.core import events as ev
from sandbox.store.log import link
from sandbox.store.schema import events
from tests.sandbox.conftest import Plane, serve
from tests.sandbox.page import Page
from tests.sandbox.test_running import to_probe


def held() -> MemoryJudge:
    judge = MemoryJudge()
    judge.held = asyncio.Event()
    return judge


async def submitted(plane: Plane, ada: Page) -> None:
    await to_probe(plane, ada.interview, ada)
    await ada.do("submit")


async def test_judgements_wait_for_each_other_and_show_their_progress(
    tmp_path: Path, challenges: Path
) -> None:
    judge = held()
    async with serve(tmp_path / "data", challenges, judge=judge) as plane:
        interview = plane.interview()
        async with (
            await plane.page(interview, "candidate") as ada,
            await plane.page(interview, "interviewer") as grace,
        ):
            await to_probe(plane, interview, ada)
            await grace.do("judge_now")
            await ada.do("submit")
            await grace.until(
                lambda: [one["state"] for one in grace.view["judgements"]] == ["running", "queued"]
            )
            await grace.until(lambda: grace.view["judgements"][0]["progress"]["check"] == "speed")
            assert judge.working == 1
            assert [one["budget"] for one in grace.view["judgements"]] == ["quick", "full"]
            assert judge.held is not None
            judge.held.set()
            await grace.until(
                lambda: [one["state"] for one in grace.view["judgements"]] == ["judged", "judged"]
            )
            for axis in ("engineering", "research"):
                await grace.do("mark", axis=axis, score=3, reason="r")  # who has marked may read the score
            scorecards = [one["scorecard"]["score"]["suggested"] for one in grace.view["judgements"]]
            assert scorecards == [3, 3]
            assert grace.view["judgements"][0]["sha256"] == grace.view["judgements"][1]["sha256"]


async def test_what_the_judge_cannot_read_is_told_to_the_candidate_who_may_submit_again(
    tmp_path: Path, challenges: Path
) -> None:
    judge = MemoryJudge()
    judge.unreadable = "specdec.py has no function generate."
    async with (
        serve(tmp_path / "data", challenges, judge=judge) as plane,
        await plane.page(plane.interview(), "candidate") as ada,
    ):
        await submitted(plane, ada)
        await ada.until(lambda: ada.view["files_error"] == "specdec.py has no function generate.")
        assert ada.view["submission"] is None
        judge.unreadable = ""
        await ada.do("submit")
        assert ada.view["submission"] is not None
        assert ada.view["files_error"] == ""


async def test_a_restart_ends_what_ran_and_judges_what_was_promised(tmp_path: Path, challenges: Path) -> None:
    data, sandboxes = tmp_path / "data", MemorySandboxes()
    async with serve(data, challenges, judge=held()) as plane:
        interview = plane.interview()
        async with await plane.page(interview, "candidate") as ada:
            await submitted(plane, ada)
    # As a killed server leaves it: a run that never ended, sandboxes that nobody owns.
    append(plane, interview, ev.RunStarted(run=1, run_kind="tests", label="Tests", sha256="0" * 64))
    sandboxes.left_over = 1
    async with serve(data, challenges, sandboxes) as plane:
        assert sandboxes.left_over == 0
        async with await plane.page(interview, "interviewer") as grace:
            await grace.until(lambda: grace.view["judgements"][0]["state"] == "judged")
            assert grace.view["runs"][0]["outcome"] == "died"
            assert grace.view["tests"] is not None
            assert not grace.view["tests"]["running"]
            await grace.until(lambda: grace.view["sandbox"]["state"] == "ready")


def append(plane: Plane, interview: str, event: ev.Event) -> None:
    """Write one more event behind the back of a server that is down."""
    last = plane.store.log.links(interview)[-1]
    entry = ev.Entry(seq=last.seq + 1, at_us=last.at_us + 1, author="candidate", event=event)
    with plane.store.engine.begin() as connection:
        connection.execute(insert(events), asdict(link(last.hash, interview, entry)))
