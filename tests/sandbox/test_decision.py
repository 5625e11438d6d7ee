"""A panel of two marks blind, sees all, is asked for a third, and a person decides."""

from __future__ import annotations

from typing import Any

import httpx

from tests.sandbox.conftest import Plane
from tests.sandbox.page import Page


async def finished(plane: Plane) -> str:
    interview = plane.interview()
    async with await plane.page(interview, "candidate") as ada:
        await ada.do("consent")
    async with await plane.page(interview, "interviewer") as grace:
        for stage in ("filter", "probe", "finished"):
            await grace.do("move_stage", stage=stage)
    return interview


async def mark(page: Page, engineering: int, research: int, reason: str = "seen") -> None:
    await page.do("mark", axis="engineering", score=engineering, reason=reason)
    await page.do("mark", axis="research", score=research, reason=reason)


async def report_of(plane: Plane, interview: str, cookies: httpx.Cookies) -> dict[str, Any]:
    async with httpx.AsyncClient(base_url=plane.base, cookies=cookies) as client:
        answer: dict[str, Any] = (await client.get(f"/api/rooms/{interview}/report")).json()
        return answer


async def decide(plane: Plane, interview: str, cookies: httpx.Cookies, **body: str) -> httpx.Response:
    async with httpx.AsyncClient(base_url=plane.base, cookies=cookies) as client:
        return await client.post(f"/api/rooms/{interview}/decision", json=body)


async def test_a_mark_is_seen_by_nobody_until_all_have_filed(plane: Plane) -> None:
    interview = await finished(plane)
    cookies = await plane.invite(interview, "interviewer", "Edsger")
    async with (
        await plane.page(interview, "interviewer") as grace,
        Page(plane.base, interview, "interviewer", cookies) as edsger,
    ):
        await mark(grace, 4, 3, reason="ONLY GRACE KNOWS")
        await grace.until(lambda: grace.view["suggestions"] is not None)
        assert grace.view["panel_marks"]["waiting_for"] == ["Edsger"]
        assert not grace.view["panel_marks"]["shown"]
        await edsger.do("add_note", text="n")
        await edsger.until(lambda: bool(edsger.view["notes"]))
        assert edsger.view["suggestions"] is None
        for reader in (cookies, (await plane.host()).cookies):
            text = str(await report_of(plane, interview, reader))
            assert "ONLY GRACE KNOWS" not in text
        assert "ONLY GRACE KNOWS" not in str(edsger.view)
        await mark(edsger, 3, 3)
        await edsger.until(lambda: edsger.view["panel_marks"]["shown"])
        assert "ONLY GRACE KNOWS" in str(edsger.view)
        assert edsger.view["panel_marks"]["total"]["value"] == 6.5
        assert {one["blind"] for one in edsger.view["panel_marks"]["marks"]} == {True}
        await edsger.do("mark", axis="research", score=2, reason="thought again")
        await edsger.until(lambda: edsger.view["panel_marks"]["total"]["value"] == 6)
        assert [one["blind"] for one in edsger.view["panel_marks"]["marks"]].count(False) == 1


async def test_neither_recording_nor_timeline_tells_a_rater_what_others_think(plane: Plane) -> None:
    interview = plane.interview()
    blind = await plane.invite(interview, "interviewer", "Edsger")
    filed = await plane.cookies(interview, "interviewer")

    async def read(cookies: httpx.Cookies) -> str:
        """Both, but for the judgement's own card in the report."""
        async with httpx.AsyncClient(base_url=plane.base, cookies=cookies) as client:
            recording = (await client.get(f"/api/rooms/{interview}/recording")).text
        report = await report_of(plane, interview, cookies)
        assert "Judgement 1: " in recording
        assert "Judgement 1: " in str(report["timeline"])
        return recording + str(report["timeline"])

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
        assert "suggests" not in await read(filed)
        await mark(grace, 4, 3, reason="ONLY GRACE KNOWS")
        told = await read(filed)
        assert told.count("Judgement 1: suggests 3 of 5.") == 2
        assert "ONLY GRACE KNOWS" in told
        kept = await read(blind)
        assert "suggests" not in kept
        assert "ONLY GRACE KNOWS" not in kept
        assert "ONLY GRACE KNOWS" not in await read((await plane.host()).cookies)


async def test_a_decision_waits_for_marks_and_for_one_more_where_it_is_close(plane: Plane) -> None:
    interview = await finished(plane)
    panel = await plane.cookies(interview, "interviewer")
    body = {"outcome": "go on", "reason": "Derives the residual."}
    missing = await decide(plane, interview, panel, **body)
    assert (missing.status_code, "Grace are missing" in missing.text) == (409, True)
    async with await plane.page(interview, "interviewer") as grace:
        await mark(grace, 4, 4)
        close = await decide(plane, interview, panel, **body)
        assert (close.status_code, "close call" in close.text) == (409, True)
        cookies = await plane.invite(interview, "interviewer", "Edsger")
        async with Page(plane.base, interview, "interviewer", cookies) as edsger:
            await mark(edsger, 4, 5)
        await grace.until(
            lambda: grace.view["panel_marks"]["shown"] and not grace.view["panel_marks"]["asks"]
        )
        assert (await decide(plane, interview, panel, **body)).status_code == 200
        refused = await grace.ask("mark", axis="research", score=1, reason="changed my mind")
        assert "decision has been made" in refused["message"]
    report = await report_of(plane, interview, panel)
    assert (report["panel"]["decision"]["name"], report["panel"]["decision"]["outcome"]) == ("Grace", "go on")


async def test_the_host_decides_under_a_name(plane: Plane) -> None:
    interview = await finished(plane)
    async with await plane.page(interview, "interviewer") as grace:
        await mark(grace, 1, 2)
    host = (await plane.host()).cookies
    nameless = await decide(plane, interview, host, outcome="stop", reason="Law broken.")
    assert (nameless.status_code, "name" in nameless.text) == (409, True)
    named = await decide(plane, interview, host, outcome="stop", reason="Law broken.", name="Barbara")
    assert named.status_code == 200
    async with await plane.host() as client:
        assert (await client.get("/api/interviews")).json()["interviews"][0]["decision"] == "stop"
