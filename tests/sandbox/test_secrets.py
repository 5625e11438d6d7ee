"""Nothing that is meant for the interviewer reaches the candidate: by type, and in every byte received."""

from __future__ import annotations

import json

import httpx

from sandbox.core.materials import CandidateMaterials, InterviewerMaterials
from sandbox.core.view import CandidateView, InterviewerView
from tests.sandbox.challenges import CANARY
from tests.sandbox.conftest import Plane

SECRET = "CANARY-NOTE"


def test_the_candidates_types_have_no_place_for_secrets() -> None:
    hidden = set(InterviewerView.model_fields) - set(CandidateView.model_fields)
    assert hidden == {
        "runtime",
        "notes",
        "ticks",
        "marks",
        "panel_marks",
        "judgements",
        "suggestions",
        "integrity",
        "signals",
        "topics",
        "device",
    }
    assert set(InterviewerMaterials.model_fields) - set(CandidateMaterials.model_fields) == {"guide"}


async def test_no_canary_in_anything_a_candidate_receives(plane: Plane) -> None:
    interview = plane.interview()
    candidate = await plane.cookies(interview, "candidate")
    heard: list[str] = []
    async with (
        await plane.page(interview, "candidate") as ada,
        await plane.page(interview, "interviewer") as grace,
    ):
        await ada.do("consent")
        async with httpx.AsyncClient(base_url=plane.base, cookies=candidate) as client:
            for stage in ("filter", "probe"):
                await grace.do("move_stage", stage=stage)
                await grace.do("add_note", text=SECRET)
                await grace.do("tick", finding="research-good", on=True)
                await grace.do("mark", axis="engineering", score=2, reason=SECRET)
                await grace.do("mark", axis="research", score=1, reason=SECRET)
                heard.append((await client.get(f"/api/rooms/{interview}/candidate/materials")).text)
            await ada.until(lambda: ada.view["sandbox"]["state"] == "ready")
            await ada.do("run", path="specdec.py", line=None)
            await grace.do("judge_now", budget="quick")
            await ada.do("submit")
            await grace.until(
                lambda: len([one for one in grace.view["judgements"] if one["state"] == "judged"]) == 2
            )
            await grace.do("move_stage", stage="finished")
            await ada.until(lambda: ada.view["stage"] == "finished")
            heard += [
                (await client.get(path)).text
                for path in (
                    f"/api/rooms/{interview}/report",
                    f"/api/rooms/{interview}/interviewer/materials",
                    "/api/interviews",
                    "/api/health",
                )
            ]
        heard += ada.texts
        everything = "\n".join(heard)
        assert CANARY not in everything
        assert SECRET not in everything
        for word in ("scorecard", "verdicts", "seed", "suggest", "judgement", "rubric"):
            assert word not in everything
        # The same words do reach the interviewer, so the test can fail.
        assert SECRET in json.dumps(grace.view)
        assert CANARY in json.dumps(grace.view)
