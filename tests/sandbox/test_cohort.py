"""The calibration page's figures, from logs of interviews; and what the host may take away."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.core import events as ev
from sandbox.core import tool_claims as claimed
from sandbox.core.calibration import AIM, Case, calibrate
from sandbox.service.cohort import first_pass_ms
from tests.sandbox.conftest import Plane

CASE = Case(
    interview="a",
    at=0,
    versions=("review 1", "build 1"),
    marks={"engineering": (3,), "research": (4,)},
    total=7,
    passed={"law": True},
    first_pass_ms=None,
)


def test_each_version_of_the_challenges_is_a_cohort_of_its_own() -> None:
    newer = replace(CASE, interview="b", versions=("review 1", "build 2"), total=9)
    found = calibrate([CASE, newer, replace(newer, interview="c", total=2)])
    assert [(one.versions[1], one.reached.k, one.reached.n) for one in found.difficulty] == [
        ("build 1", 0, 1),
        ("build 2", 1, 2),
    ]
    assert found.totals[7] == found.totals[9] == found.totals[2] == 1


def test_far_too_easy_and_about_right_are_told_apart() -> None:
    easy = [replace(CASE, interview=str(at), total=9 if at % 2 else 3) for at in range(40)]
    right = [replace(CASE, interview=str(at), total=9 if at < 2 else 3) for at in range(40)]
    assert (calibrate(easy).difficulty[0].p_value or 1) < 1e-6
    assert (calibrate(right).difficulty[0].p_value or 0) > 0.5


@settings(max_examples=30)
@given(n=st.integers(1, 200), data=st.data())
def test_the_interval_and_the_p_value_say_the_same(n: int, data: st.DataObject) -> None:
    k = data.draw(st.integers(0, n))
    cohort = [replace(CASE, interview=str(at), total=9 if at < k else 3) for at in range(n)]
    found = calibrate(cohort).difficulty[0]
    inside = found.reached.low <= AIM <= found.reached.high
    assert inside == ((found.p_value or 0) >= 0.05)


def test_an_empty_cohort_has_figures_that_say_nothing() -> None:
    found = calibrate([])
    assert (found.interviews, found.difficulty, found.checks) == (0, (), ())
    assert all(one.agreement.too_few and one.drift.too_few for one in found.raters)
    assert found.first_pass.median is None


def entries(*events: tuple[int, ev.Event]) -> list[ev.Entry]:
    return [
        ev.Entry(seq=seq, at_us=at * 1_000_000, author="server", event=event)
        for seq, (at, event) in enumerate(events, start=1)
    ]


def case(name: str, outcome: str) -> claimed.TestCase:
    return claimed.TestCase.model_validate(
        {"name": name, "title": name, "outcome": outcome, "message": "", "seconds": 0.1}
    )


def run_of_tests(run: int, at: int, *outcomes: str) -> list[tuple[int, ev.Event]]:
    started = ev.RunStarted(run=run, run_kind="tests", label="tests", sha256="0" * 64)
    reported = [
        (at + 1, ev.TestCaseReported(run=run, case=case(f"test_{number}", outcome)))
        for number, outcome in enumerate(outcomes)
    ]
    return [(at, started), *reported, (at + 2, ev.RunFinished(run=run, outcome="ok"))]


def test_the_first_pass_is_the_first_run_in_which_every_test_passed() -> None:
    log = entries(
        (100, ev.StageMoved(stage="probe")),
        *run_of_tests(1, 200, "passed", "failed"),
        *run_of_tests(2, 300),
        *run_of_tests(3, 400, "passed", "passed"),
        *run_of_tests(4, 500, "passed", "passed"),
    )
    assert first_pass_ms(log) == 302_000
    assert first_pass_ms(log[:-8]) is None


async def test_a_finished_and_marked_interview_is_counted(plane: Plane) -> None:
    interview = plane.interview()
    async with await plane.page(interview, "candidate") as page:
        await page.do("consent")
    async with await plane.page(interview, "interviewer") as page:
        for name, args in [
            ("move_stage", {"stage": "filter"}),
            ("move_stage", {"stage": "probe"}),
            ("move_stage", {"stage": "finished"}),
            ("mark", {"axis": "engineering", "score": 4, "reason": "Load first."}),
            ("mark", {"axis": "research", "score": 5, "reason": "Derives it."}),
        ]:
            await page.do(name, **args)
    async with await plane.host() as host:
        found = (await host.get("/api/calibration")).json()
    assert found["interviews"] == 1
    assert found["difficulty"][0]["reached"]["k"] == 1
    assert found["distributions"][0]["counts"] == [0, 0, 0, 0, 1, 0]


async def test_names_that_are_formulas_are_text_in_the_table(plane: Plane) -> None:
    for name in ("=1+1", "+SUM(A1)", "-2+3", "@now", "\t=1", "|calc", "Ada, the first"):
        plane.store.interviews.create(candidate_name=name, interviewer_name="Grace")
    async with await plane.host() as host:
        answer = await host.get("/api/interviews.csv")
    assert answer.headers["content-disposition"].startswith("attachment")
    rows = list(csv.reader(io.StringIO(answer.text)))
    names = [row[1] for row in rows[1:]]
    assert "Ada, the first" in names
    assert not [name for name in names if name[:1] in set("=+-@|%\t\r\n")]


async def test_a_bad_table_says_which_line(plane: Plane) -> None:
    async with await plane.host() as host:
        answer = await host.post("/api/impact", json={"csv": "stage,attribute,group,candidates,reached\nx"})
    assert answer.status_code == 422
    assert "Line 2" in answer.json()["error"]["message"]
