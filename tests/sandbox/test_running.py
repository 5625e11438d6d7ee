"""Code runs, dies, floods and is interrupted; the room always says how things stand."""

from __future__ import annotations

from pathlib import Path

from pycrdt import Text

from sandbox.adapters.memory import MemorySandboxes
from sandbox.service.running import MAX_TOOL_CHARS
from tests.sandbox.conftest import Plane, serve
from tests.sandbox.page import Page


async def to_probe(plane: Plane, interview: str, ada: Page) -> None:
    await ada.do("consent")
    async with await plane.page(interview, "interviewer") as grace:
        await grace.do("move_stage", stage="filter")
        await grace.do("move_stage", stage="probe")
    await ada.until(lambda: ada.view["sandbox"]["state"] == "ready")


async def run(ada: Page, code: str) -> str | None:
    """Put code into play.py, run it, and say how it ended."""
    ada.files["play.py"] = Text(code)
    await ada.until(lambda: ada.saved == ada.sent)
    number = (await ada.do("run", path="play.py", line=None))["run"]
    await ada.until(lambda: ada.view["runs"][-1]["id"] == number and ada.view["runs"][-1]["outcome"])
    outcome: str = ada.view["runs"][-1]["outcome"]
    return outcome


async def test_each_way_a_run_can_end(plane: Plane) -> None:
    interview = plane.interview()
    async with await plane.page(interview, "candidate") as ada:
        await to_probe(plane, interview, ada)
        assert await run(ada, "x = 1") == "ok"
        assert await run(ada, "raise") == "error"
        assert ada.outputs[2][-1]["kind"] == "error"
        assert await run(ada, "import os; os._exit(1)") == "died"
        await ada.until(lambda: ada.view["kernel"]["state"] == "dead")
        assert "Press Restart" in (await ada.ask("run", path="play.py", line=None))["message"]
        await ada.do("restart")
        await ada.until(lambda: ada.view["kernel"]["state"] == "idle")
        assert await run(ada, "x = 2") == "ok"


async def test_selected_lines_run_as_if_they_stood_at_the_margin(plane: Plane) -> None:
    interview = plane.interview()
    async with await plane.page(interview, "candidate") as ada:
        await to_probe(plane, interview, ada)
        ada.files["play.py"] = Text("if True:\n    x = 1\n    y = 2\n")
        await ada.until(lambda: ada.saved == ada.sent)
        await ada.do("run", path="play.py", line=2, end=3)
        await ada.until(lambda: ada.view["runs"][0]["outcome"])
        assert ada.view["runs"][0]["label"] == "play.py:2-3"
        assert ada.view["runs"][0]["kind"] == "selection"
        assert "\nx = 1\ny = 2\n" in "".join(one["text"] for one in ada.outputs[1])


async def test_one_run_at_a_time_and_it_can_be_interrupted(plane: Plane) -> None:
    interview = plane.interview()
    async with await plane.page(interview, "candidate") as ada:
        await to_probe(plane, interview, ada)
        ada.files["play.py"] = Text("wait_forever; swallow")
        await ada.until(lambda: ada.saved == ada.sent)
        await ada.do("run", path="play.py", line=None)
        assert ada.view["kernel"]["run"] == 1
        assert "busy" in (await ada.ask("run", path="play.py", line=None))["message"]
        completion = await ada.do("complete", code="x = gen", cursor=7)
        assert completion == {"matches": ["generate"], "start": 4, "end": 7}
        assert "Signature: gen(" in (await ada.do("inspect", code="x = gen", cursor=7))["text"]
        await ada.until(lambda: ada.view["kernel"]["state"] == "busy")
        await ada.do("interrupt")
        await ada.until(lambda: ada.view["runs"][0]["outcome"] == "interrupted")
        await ada.do("run", path="play.py", line=None)
        await ada.do("restart")
        await ada.until(lambda: ada.view["runs"][1]["outcome"] == "interrupted")


async def test_a_flood_is_cut_and_a_late_page_gets_what_was_kept(plane: Plane) -> None:
    interview = plane.interview()
    async with await plane.page(interview, "candidate") as ada:
        await to_probe(plane, interview, ada)
        assert await run(ada, "flood") == "ok"
        await run(ada, "x = 1")
        kept = ada.outputs
        async with await plane.page(interview, "interviewer") as grace:
            await grace.until(lambda: grace.outputs == kept)


async def test_a_tool_that_babbles_does_not_swell_every_view(plane: Plane) -> None:
    interview = plane.interview()
    async with await plane.page(interview, "candidate") as ada:
        await to_probe(plane, interview, ada)
        ada.files["play.py"] = Text("babble")
        await ada.until(lambda: ada.saved == ada.sent)
        await ada.do("tests")
        await ada.until(lambda: ada.view["tests"] and not ada.view["tests"]["running"])
        shown = sum(len(case["output"]) for case in ada.view["tests"]["cases"])
        assert MAX_TOOL_CHARS // 2 < shown < MAX_TOOL_CHARS


async def test_code_runs_in_the_probe_only_and_not_after_submitting(plane: Plane) -> None:
    interview = plane.interview()
    async with await plane.page(interview, "candidate") as ada:
        assert "during the probe" in (await ada.ask("run", path="play.py", line=None))["message"]
        await to_probe(plane, interview, ada)
        assert "no file" in (await ada.ask("run", path="gone.py", line=None))["message"]
        ada.files["a b.py"] = Text("x")
        await ada.until(lambda: ada.saved == ada.sent)
        assert "a b.py" in (await ada.ask("run", path="play.py", line=None))["message"]
        assert "a b.py" in (await ada.ask("submit"))["message"]
        del ada.files["a b.py"]
        ada.files["specdec.py"] = Text(" \n")
        await ada.until(lambda: ada.saved == ada.sent)
        assert "missing or empty" in (await ada.ask("submit"))["message"]
        ada.files["specdec.py"] = Text("x = 1\n")
        await ada.until(lambda: ada.saved == ada.sent)
        await ada.do("submit")
        assert "submitted" in (await ada.ask("run", path="play.py", line=None))["message"]
        assert "already" in (await ada.ask("submit"))["message"]
        saved, code = ada.saved, ada.files["specdec.py"]
        code += "# too late"
        await ada.do("focus", visible=True)
        assert ada.saved == saved


async def test_a_sandbox_that_does_not_start_says_why_and_restart_tries_again(
    tmp_path: Path, challenges: Path
) -> None:
    sandboxes = MemorySandboxes()
    sandboxes.fault = "No engine answers. Start docker."
    async with (
        serve(tmp_path / "data", challenges, sandboxes) as plane,
        await plane.page(plane.interview(), "candidate") as ada,
    ):
        await ada.do("consent")
        await ada.until(lambda: ada.view["sandbox"]["state"] == "failed")
        assert ada.view["sandbox"]["message"] == "No engine answers. Start docker."
        sandboxes.fault = ""
        await ada.do("restart")
        await ada.until(lambda: ada.view["sandbox"]["state"] == "ready")
        assert ada.view["kernel"] == {"state": "idle", "run": None}


async def test_the_sandbox_ends_with_the_interview(plane: Plane) -> None:
    interview = plane.interview()
    async with (
        await plane.page(interview, "candidate") as ada,
        await plane.page(interview, "interviewer") as grace,
    ):
        await to_probe(plane, interview, ada)
        await grace.do("move_stage", stage="finished")
        await grace.until(lambda: grace.view["sandbox"]["state"] == "off")
        assert grace.view["kernel"]["state"] == "dead"
