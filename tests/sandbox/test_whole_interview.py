"""One interview from the lobby to the report, over HTTP and WebSockets, as two browsers live it."""

from __future__ import annotations

import httpx
from pycrdt import Map, Text

from tests.sandbox.conftest import Plane


async def test_an_interview_from_lobby_to_report(plane: Plane) -> None:
    interview = plane.interview()
    async with (
        await plane.page(interview, "candidate") as ada,
        await plane.page(interview, "interviewer") as grace,
    ):
        assert ada.view["stage"] == "lobby"
        refused = await grace.ask("move_stage", stage="filter")
        assert "agreed to the recording" in refused["message"]
        await ada.do("consent")
        await ada.until(lambda: ada.view["sandbox"]["state"] == "ready")

        await grace.do("move_stage", stage="filter")
        ada.comments["c1"] = Map({"line": 1, "text": Text("runs on CPU"), "at": 1})
        ada.summary += "Not fit for production."
        await ada.until(lambda: ada.saved == ada.sent)
        await grace.do("tick", finding="engineering-basic", on=True)
        await grace.do("tick", finding="engineering-good", on=True)

        await grace.do("move_stage", stage="probe")
        assert str(ada.files["specdec.py"]).startswith("# %% first")
        code = ada.files["specdec.py"]
        code += "z = 3\n"
        await grace.until(lambda: "z = 3" in str(grace.files.get("specdec.py")))
        started = await ada.do("run", path="specdec.py", line=4)
        await grace.until(lambda: grace.view["runs"] and grace.view["runs"][-1]["outcome"] == "ok")
        assert grace.view["runs"][-1]["label"] == "specdec.py:3 second"
        assert "z = 3" in "".join(one["text"] for one in grace.outputs[started["run"]])
        await ada.do("tests")
        await ada.until(lambda: ada.view["tests"] and not ada.view["tests"]["running"])
        assert [case["outcome"] for case in ada.view["tests"]["cases"]] == ["passed", "failed"]
        await ada.do("bench")
        await ada.until(lambda: ada.view["bench"] and not ada.view["bench"]["running"])
        assert [row["num_speculative_tokens"] for row in ada.view["bench"]["rows"]] == [1, 2, 4, 8]

        await ada.do("submit")
        await grace.until(
            lambda: grace.view["judgements"] and grace.view["judgements"][0]["state"] == "judged"
        )
        await ada.until(lambda: ada.view["submission"] is not None)
        await grace.do("add_note", text="thinks before typing")
        await grace.do("mark", axis="engineering", score=4, reason="weighs trade-offs")
        await grace.do("mark", axis="research", score=4, reason="knows the residual")
        await grace.do("move_stage", stage="finished")
        await ada.until(lambda: ada.view["stage"] == "finished")

    cookies = await plane.cookies(interview, "interviewer")
    async with httpx.AsyncClient(base_url=plane.base, cookies=cookies) as client:
        report = (await client.get(f"/api/rooms/{interview}/report")).json()
    assert (report["panel"]["total"]["value"], report["panel"]["total"]["progresses"]) == (8, True)
    assert "close call" in report["panel"]["asks"][0]
    assert report["axes"]["engineering"]["suggested"]["score"] == 2
    assert report["axes"]["research"]["suggested"]["score"] == 3
    assert report["review"]["summary"] == "Not fit for production."
    assert report["review"]["comments"] == [{"line": 1, "text": "runs on CPU"}]
    assert [file["path"] for file in report["files"]] == ["specdec.py", "play.py"]  # judged first
    assert report["judgement"]["by"] == "submit"
    assert report["chain"]["intact"]
    assert report["chain"]["events"] > 20
