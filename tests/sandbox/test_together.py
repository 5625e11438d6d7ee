"""Several people in one room: who is told what, focus blocks, editing together, chat, and time given back."""

from __future__ import annotations

import json
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from pycrdt import Doc

from sandbox.core import room_events as rev
from sandbox.core.access import author_of
from sandbox.rooms import frames
from sandbox.rooms.lib0 import prefixed
from sandbox.service import hall
from tests.sandbox.conftest import Plane, serve
from tests.sandbox.page import Page


async def in_the_probe(plane: Plane) -> str:
    interview = plane.interview()
    async with (
        await plane.page(interview, "candidate") as ada,
        await plane.page(interview, "interviewer") as grace,
    ):
        await ada.do("consent")
        await grace.do("move_stage", stage="filter")
        await grace.do("move_stage", stage="probe")
        await ada.until(lambda: ada.view["sandbox"]["state"] == "ready")
    return interview


# -- a panel


async def test_the_candidate_is_told_who_and_how_many_watch(plane: Plane) -> None:
    interview = await in_the_probe(plane)
    barbara = Page(plane.base, interview, "watcher", await plane.invite(interview, "watcher", "Barbara"))
    edsger = Page(
        plane.base, interview, "interviewer", await plane.invite(interview, "interviewer", "Edsger")
    )
    async with await plane.page(interview, "candidate") as ada, barbara, edsger:
        await ada.until(lambda: sum(one["online"] for one in ada.view["people"]) == 3)
        shown = [(one["name"], one["role"], one["online"]) for one in ada.view["people"]]
        assert shown == [
            ("Ada", "candidate", True),
            ("Grace", "interviewer", False),
            ("Barbara", "watcher", True),
            ("Edsger", "interviewer", True),
        ]
        assert len({one["color"] for one in ada.view["people"]}) == 4
        assert "notes" not in barbara.view
        assert "notes" in edsger.view


async def test_notes_and_marks_name_who_made_them_and_only_they_can_change_a_note(plane: Plane) -> None:
    interview = await in_the_probe(plane)
    cookies = await plane.invite(interview, "interviewer", "Edsger")
    async with (
        await plane.page(interview, "interviewer") as grace,
        Page(plane.base, interview, "interviewer", cookies) as edsger,
    ):
        await edsger.do("add_note", text="asks about the batch")
        await grace.until(lambda: bool(grace.view["notes"]))
        assert (grace.view["notes"][0]["by"], grace.view["notes"][0]["author"]) == (
            "Edsger",
            edsger.view["you"],
        )
        assert "Only whoever wrote" in (await grace.ask("edit_note", note=1, text="x"))["message"]
        await edsger.do("edit_note", note=1, text="asks about batches")
        await edsger.do("mark", axis="research", score=4, reason="r")
        assert edsger.view["marks"]["research"]["by"] == "Edsger"


async def test_a_name_is_taken_once_and_the_panel_has_an_end(plane: Plane) -> None:
    interview = plane.interview()
    async with await plane.host() as host:
        path = f"/api/rooms/{interview}/panel"
        twice = await host.post(path, json={"name": "grace", "role": "watcher"})
        assert (twice.status_code, "already" in twice.json()["error"]["message"]) == (409, True)
        codes = [
            (await host.post(path, json={"name": f"n{number}", "role": "watcher"})).status_code
            for number in range(21)
        ]
        assert codes == [201] * 20 + [409]
        assert (await host.post(f"{path}/0/remove", json={})).status_code == 409


# -- focus blocks

WROTE = "written while nobody watched"


async def test_nobody_is_shown_what_happens_in_a_focus_block_until_it_is_over(plane: Plane) -> None:
    interview = await in_the_probe(plane)
    watcher = Page(plane.base, interview, "watcher", await plane.invite(interview, "watcher", "Barbara"))
    async with (
        await plane.page(interview, "candidate") as ada,
        await plane.page(interview, "interviewer") as grace,
        watcher as barbara,
    ):
        reads = json.dumps({"file": "models.py"}).encode()
        await grace.socket.send(frames.awareness(b"\x01\x06\x01" + prefixed(reads)))
        await ada.do("ask_focus_block", minutes=10)
        await grace.until(lambda: grace.view["focus"]["asked"] == 10)
        await grace.do("focus_block", minutes=10)
        await ada.until(lambda: ada.view["focus"]["until"] is not None)
        heard = {page: (len(page.texts), len(page.awareness)) for page in (grace, barbara)}
        ada.awareness.clear()

        code = ada.files["specdec.py"]
        code += WROTE
        cursor = json.dumps({"file": "specdec.py"}).encode()
        await ada.socket.send(frames.awareness(b"\x01\x05\x09" + prefixed(cursor)))
        await ada.do("paste", where="specdec.py", characters=9, text="secretive")
        run = await ada.do("run", path="specdec.py", line=None)
        await ada.until(lambda: ada.view["runs"][-1]["outcome"] == "ok" and ada.saved == ada.sent)
        await ada.do("say", text="nearly there")
        await grace.until(lambda: bool(grace.chat))
        for page in (grace, barbara):
            since, states = heard[page]
            assert WROTE not in str(page.files["specdec.py"])
            assert len(page.awareness) == states
            said = "\n".join(page.texts[since:])
            assert WROTE not in said
            assert "secretive" not in said
            assert page.view["runs"] == []
            assert run["run"] not in page.outputs
        # Neither by asking anew, nor by coming in anew, nor by any other way to the files.
        await grace.socket.send(frames.step_1(Doc[Any]().get_state()))
        async with await plane.page(interview, "interviewer") as late:
            assert WROTE not in str(late.files["specdec.py"])
            assert late.outputs == {}
            assert "focus block" in (await late.ask("judge_now"))["message"]
        async with await plane.host() as host:
            assert (await host.get(f"/api/rooms/{interview}/report")).status_code == 409
        assert WROTE not in str(grace.files["specdec.py"])

        await ada.do("end_focus_block")
        for page in (grace, barbara):
            await page.until(lambda page=page: WROTE in str(page.files["specdec.py"]))
            await page.until(lambda page=page: page.outputs.get(run["run"]) == ada.outputs[run["run"]])
            assert page.view["runs"][-1]["outcome"] == "ok"
            assert b"specdec.py" in page.awareness[-1]
        await ada.until(lambda: any(b"models.py" in states for states in ada.awareness))


async def test_a_focus_block_outlives_a_restart_and_ends_by_itself(tmp_path: Path, challenges: Path) -> None:
    data = tmp_path / "data"
    async with serve(data, challenges) as plane:
        interview = await in_the_probe(plane)
        async with (
            await plane.page(interview, "candidate") as ada,
            await plane.page(interview, "interviewer") as grace,
        ):
            await grace.do("focus_block", minutes=1)
            code = ada.files["specdec.py"]
            code += WROTE
            await ada.until(lambda: ada.saved == ada.sent)
    async with (
        serve(data, challenges) as plane,
        await plane.page(interview, "interviewer") as grace,
    ):
        assert WROTE not in str(grace.files["specdec.py"])
        assert grace.view["focus"]["until"] is not None
        await grace.do("end_focus_block")
        await grace.until(lambda: WROTE in str(grace.files["specdec.py"]))


async def test_time_ends_a_focus_block(
    tmp_path: Path, challenges: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    async with serve(data, challenges) as plane:
        interview = await in_the_probe(plane)
        async with await plane.page(interview, "interviewer") as grace:
            await grace.do("focus_block", minutes=1)
            until = grace.view["focus"]["until"]
    started = time.time_ns()
    almost = SimpleNamespace(time_ns=lambda: until * 10**6 - 10**8 + time.time_ns() - started)
    monkeypatch.setattr(hall, "time", almost)
    async with serve(data, challenges) as plane, await plane.page(interview, "interviewer") as grace:
        await grace.until(lambda: grace.view["focus"]["until"] is None)
        assert grace.view["now"] >= until
        assert kinds(plane, interview).count("focus-ended") == 1


# -- editing together


async def test_interviewers_edit_only_when_it_is_allowed_and_the_log_says_who_wrote(plane: Plane) -> None:
    interview = await in_the_probe(plane)
    cookies = await plane.invite(interview, "interviewer", "Edsger")
    async with await plane.page(interview, "candidate") as ada:
        async with Page(plane.base, interview, "interviewer", cookies) as edsger:
            code = edsger.files["specdec.py"]
            code += "not yet"
            assert await edsger.close_code() == 4400
        async with (
            await plane.page(interview, "interviewer") as grace,
            Page(plane.base, interview, "interviewer", cookies) as edsger,
        ):
            await grace.do("co_edit", on=True)
            await ada.until(lambda: ada.view["co_edit"] is True)
            code = edsger.files["specdec.py"]
            code += "# a hint\n"
            await ada.until(lambda: "# a hint" in str(ada.files["specdec.py"]))
            await edsger.until(lambda: edsger.saved == 1)
            assert "not yet" not in str(ada.files["specdec.py"])
            author = edsger.view["you"]
            await grace.do("co_edit", on=False)
            await ada.until(lambda: ada.view["co_edit"] is False)
            code += "# another"
            assert await edsger.close_code() == 4400
    written = [one.author for one in plane.store.log.entries(interview) if one.event.kind == "document"]
    assert written == ["server", author]
    assert author == author_of("interviewer", 1)


async def test_editing_together_ends_with_the_submission_and_with_the_stage(plane: Plane) -> None:
    interview = await in_the_probe(plane)
    async with (
        await plane.page(interview, "candidate") as ada,
        await plane.page(interview, "interviewer") as grace,
    ):
        await grace.do("co_edit", on=True)
        await ada.do("submit")
        await grace.until(lambda: grace.view["co_edit"] is False)
        assert "nothing to edit" in (await grace.ask("co_edit", on=True))["message"]


# -- chat


async def test_the_chat_reaches_everybody_and_those_who_come_late(plane: Plane) -> None:
    interview = await in_the_probe(plane)
    watcher = Page(plane.base, interview, "watcher", await plane.invite(interview, "watcher", "Barbara"))
    async with await plane.page(interview, "candidate") as ada, watcher as barbara:
        await ada.do("say", text="  can you hear me?  ")
        await barbara.until(lambda: bool(barbara.chat))
        async with await plane.page(interview, "interviewer") as grace:
            await grace.do("say", text="yes")
            for page in (ada, barbara, grace):
                await page.until(lambda page=page: len(page.chat) == 2)
                assert [(one["name"], one["text"]) for one in page.chat] == [
                    ("Ada", "can you hear me?"),
                    ("Grace", "yes"),
                ]
            assert (await grace.ask("say", text=" "))["type"] == "refused"
            assert (await grace.ask("say", text="x" * 1_001))["type"] == "refused"


# -- time given back


async def test_a_lost_connection_is_credited_and_a_closed_page_is_not(plane: Plane) -> None:
    interview = await in_the_probe(plane)
    async with await plane.page(interview, "interviewer") as grace:
        async with await plane.page(interview, "candidate"):
            await grace.until(lambda: grace.view["people"][0]["online"])
        await grace.until(lambda: not grace.view["people"][0]["online"])
        assert kinds(plane, interview).count("outage") == 0

        ada = await plane.page(interview, "candidate")
        await ada.connect()
        await grace.until(lambda: grace.view["people"][0]["online"])
        ada.socket.transport.abort()
        await grace.until(lambda: not grace.view["people"][0]["online"])
        await grace.do("add_note", text="by now it is recorded")
        assert kinds(plane, interview).count("outage") == 1
        async with await plane.page(interview, "candidate"):
            await grace.until(lambda: grace.view["people"][0]["online"])
        await grace.do("add_note", text="by now it is recorded")
        assert kinds(plane, interview).count("outage-ended") == 1


def kinds(plane: Plane, interview: str) -> list[str]:
    return [one.event.kind for one in plane.store.log.entries(interview)]


async def test_a_server_that_was_down_gives_the_time_back(tmp_path: Path, challenges: Path) -> None:
    data = tmp_path / "data"
    async with serve(data, challenges) as plane:
        interview = await in_the_probe(plane)
        ada = await plane.page(interview, "candidate")
        await ada.connect()
        await ada.until(lambda: bool(ada.view))
    async with serve(data, challenges) as plane, await plane.page(interview, "candidate") as ada:
        await ada.do("focus", visible=True)
        events = [one.event for one in plane.store.log.entries(interview)]
        assert rev.OutageEnded(cause="server") in events
        # While its sandbox comes back, too; both are one stretch.
        causes = [one.cause for one in events if isinstance(one, rev.OutageBegan)]
        assert causes[0] == "server"
        assert set(causes) <= {"server", "sandbox"}


async def test_a_sandbox_that_is_lost_is_an_outage_and_a_kernel_that_the_candidate_ended_is_none(
    plane: Plane,
) -> None:
    interview = await in_the_probe(plane)
    async with await plane.page(interview, "candidate") as ada:
        code = ada.files["specdec.py"]
        code += "os._exit(1)"
        await ada.until(lambda: ada.saved == ada.sent)
        await ada.do("run", path="specdec.py", line=None)
        await ada.until(lambda: ada.view["runs"][-1]["outcome"] == "died")
        await ada.do("focus", visible=True)
        assert kinds(plane, interview).count("outage") == 0
        await ada.do("restart")
        await ada.until(lambda: ada.view["kernel"]["state"] == "idle")
        plane.sandboxes.benches[interview]._set("dead")
        await ada.do("focus", visible=True)
        assert kinds(plane, interview)[-2:].count("outage") == 1
        await ada.do("restart")
        await ada.do("focus", visible=True)
        assert kinds(plane, interview).count("outage-ended") == 1


# -- what is arranged


async def test_accommodations_change_time_and_page_and_are_in_no_report(plane: Plane) -> None:
    interview = plane.interview()
    arranged = {"time_percent": 150, "timer_hidden": True, "screen_reader": True}
    async with await plane.host() as host:
        assert (await host.post(f"/api/rooms/{interview}/accommodations", json=arranged)).status_code == 200
        async with (
            await plane.page(interview, "candidate") as ada,
            await plane.page(interview, "interviewer") as grace,
        ):
            await ada.do("consent")
            await grace.do("move_stage", stage="filter")
            assert grace.view["clock"]["minutes"] == 23  # of 15, rounded up
            assert ada.view["display"] == {"timer_hidden": True, "screen_reader": True}
            assert grace.view["display"] == {"timer_hidden": False, "screen_reader": False}
        report = await host.get(f"/api/rooms/{interview}/report")
        for word in ("accommod", "screen_reader", "time_percent", "timer_hidden"):
            assert word not in report.text
        kept = await host.get(f"/api/rooms/{interview}/accommodations")
        assert kept.json() == {**arranged, "assistive_input": False}
        unfit = await host.post(f"/api/rooms/{interview}/accommodations", json={"time_percent": 99})
        assert unfit.status_code == 422


async def test_accommodations_can_come_with_the_interview(plane: Plane) -> None:
    body = {
        "candidate_name": "Ada",
        "interviewer_name": "Grace",
        "filter_minutes": 15,
        "probe_minutes": 45,
        "accommodations": {"time_percent": 125},
    }
    async with await plane.host() as host:
        made = (await host.post("/api/interviews", json=body)).json()["interview"]["id"]
        candidate = await plane.cookies(made, "candidate")
        async with httpx.AsyncClient(base_url=plane.base, cookies=candidate) as client:
            plan = (await client.get(f"/api/rooms/{made}/candidate/materials")).json()["plan"]
        assert (plan["filter_minutes"], plan["probe_minutes"]) == (19, 57)
