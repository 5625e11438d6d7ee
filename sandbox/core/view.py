"""What each role sees, folded from the interview and from what is live. Pure.

`CandidateView` has no field for notes, ticks, marks, judgements or suggestions, so there is nothing to
forget to leave out. Field names are the protocol's (docs/protocol.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sandbox.core import events as ev
from sandbox.core import interview as iv
from sandbox.core.scoring import Suggestion, suggest_engineering, suggest_research
from sandbox.ports import KernelState
from wire.base import Wire
from wire.challenge import Rubric
from wire.scorecard import Progress, Scorecard

SandboxState = Literal["off", "starting", "ready", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """What is true now and is not worth recording."""

    tabs: dict[str, int]
    """Open connections by role."""
    sandbox: SandboxState = "off"
    sandbox_message: str = ""
    kernel: KernelState = "dead"
    kernel_run: int | None = None
    judging: int | None = None
    """The judgement that the judge works on."""
    progress: Progress | None = None
    files_error: str = ""
    alert: str = ""
    """What stops the room for everybody, such as a full disk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guide:
    """What the views need besides the interview: the same for all interviews of one server."""

    runtime: str
    caveats: Sequence[str]
    engineering: Rubric
    research: Rubric
    entry: str
    """The file that is judged."""


class Header(Wire):
    id: str
    candidate_name: str
    interviewer_name: str
    created_at: int


class ClockView(Wire):
    minutes: int
    running: bool
    elapsed_ms: int


class Person(Wire):
    role: str
    name: str
    online: bool
    tabs: int


class SandboxView(Wire):
    state: SandboxState
    message: str


class KernelView(Wire):
    state: KernelState
    run: int | None


class RunView(Wire):
    id: int
    kind: ev.RunKind
    label: str
    at: int
    finished_at: int | None
    outcome: ev.RunOutcome | None


class TestReport(Wire):
    at: int
    running: bool
    error: str
    cases: tuple[ev.TestCase, ...]


class BenchReport(Wire):
    at: int
    running: bool
    error: str
    rows: tuple[ev.BenchRow, ...]


class SubmissionView(Wire):
    sha256: str
    at: int


class CandidateView(Wire):
    now: int
    interview: Header
    role: Literal["candidate", "interviewer"]
    stage: ev.Stage
    consented: bool
    clock: ClockView
    people: tuple[Person, ...]
    sandbox: SandboxView
    kernel: KernelView
    runs: tuple[RunView, ...]
    tests: TestReport | None
    bench: BenchReport | None
    submission: SubmissionView | None
    files_error: str
    alert: str


class NoteView(Wire):
    id: int
    at: int
    stage: ev.Stage
    text: str


class MarkView(Wire):
    score: int
    reason: str
    by: str
    at: int


class Marks(Wire):
    engineering: MarkView | None
    research: MarkView | None


class SuggestionView(Wire):
    score: int | None
    because: tuple[str, ...]


class Suggestions(Wire):
    engineering: SuggestionView
    research: SuggestionView


class JudgementView(Wire):
    id: int
    at: int
    sha256: str
    by: Literal["submit", "interviewer"]
    budget: ev.Budget
    state: Literal["queued", "running", "judged", "failed"]
    progress: Progress | None
    scorecard: Scorecard | None
    fault: str


class IntegrityView(Wire):
    at: int
    kind: Literal["paste", "away", "back", "joined", "left", "big_insert"]
    detail: str


class RuntimeView(Wire):
    name: str
    caveats: tuple[str, ...]


class InterviewerView(CandidateView):
    runtime: RuntimeView
    notes: tuple[NoteView, ...]
    ticks: tuple[str, ...]
    marks: Marks
    judgements: tuple[JudgementView, ...]
    suggestions: Suggestions
    integrity: tuple[IntegrityView, ...]


def candidate_view(interview: iv.Interview, live: Live, *, now: int) -> CandidateView:
    return CandidateView(role="candidate", **_shared(interview, live, now))


def interviewer_view(interview: iv.Interview, live: Live, guide: Guide, *, now: int) -> InterviewerView:
    scorecard = latest_scorecard(interview)
    return InterviewerView(
        role="interviewer",
        **_shared(interview, live, now),
        runtime=RuntimeView(name=guide.runtime, caveats=tuple(guide.caveats)),
        notes=note_views(interview),
        ticks=interview.ticks,
        marks=Marks(
            engineering=mark_view(interview.mark("engineering")),
            research=mark_view(interview.mark("research")),
        ),
        judgements=tuple(judgement_view(one, live) for one in interview.judgements),
        suggestions=Suggestions(
            engineering=suggestion_view(suggest_engineering(guide.engineering, interview.ticks)),
            research=suggestion_view(suggest_research(guide.research, interview.ticks, scorecard)),
        ),
        integrity=tuple(
            IntegrityView(at=one.at, kind=one.kind, detail=one.detail) for one in interview.integrity
        ),
    )


def _shared(interview: iv.Interview, live: Live, now: int) -> dict[str, Any]:
    names = {"candidate": interview.candidate_name, "interviewer": interview.interviewer_name}
    submission = interview.submission
    return {
        "now": now,
        "interview": Header(
            id=interview.id,
            candidate_name=interview.candidate_name,
            interviewer_name=interview.interviewer_name,
            created_at=interview.created_at,
        ),
        "stage": interview.stage,
        "consented": interview.consented,
        "clock": ClockView(
            minutes=interview.clock.minutes,
            running=interview.clock.running,
            elapsed_ms=interview.clock.elapsed_ms(now),
        ),
        "people": tuple(
            Person(role=role, name=name, online=live.tabs.get(role, 0) > 0, tabs=live.tabs.get(role, 0))
            for role, name in names.items()
        ),
        "sandbox": SandboxView(state=live.sandbox, message=live.sandbox_message),
        "kernel": KernelView(state=live.kernel, run=live.kernel_run),
        "runs": run_views(interview),
        "tests": test_report(interview.tests),
        "bench": bench_report(interview.bench),
        "submission": SubmissionView(sha256=submission.sha256, at=submission.at) if submission else None,
        "files_error": live.files_error or interview.rejection,
        "alert": live.alert,
    }


def run_views(interview: iv.Interview) -> tuple[RunView, ...]:
    return tuple(
        RunView(
            id=run.id,
            kind=run.kind,
            label=run.label,
            at=run.at,
            finished_at=run.finished_at,
            outcome=run.outcome,
        )
        for run in interview.runs
    )


def note_views(interview: iv.Interview) -> tuple[NoteView, ...]:
    return tuple(NoteView(id=one.id, at=one.at, stage=one.stage, text=one.text) for one in interview.notes)


def mark_view(mark: iv.Mark | None) -> MarkView | None:
    return MarkView(score=mark.score, reason=mark.reason, by=mark.by, at=mark.at) if mark else None


def suggestion_view(suggestion: Suggestion) -> SuggestionView:
    return SuggestionView(score=suggestion.score, because=suggestion.because)


def test_report(report: iv.ToolReport | None) -> TestReport | None:
    if report is None:
        return None
    return TestReport(at=report.at, running=report.running, error=report.error, cases=report.cases)


def bench_report(report: iv.ToolReport | None) -> BenchReport | None:
    if report is None:
        return None
    return BenchReport(at=report.at, running=report.running, error=report.error, rows=report.rows)


def judgement_view(judgement: iv.Judgement, live: Live) -> JudgementView:
    return JudgementView(
        id=judgement.id,
        at=judgement.at,
        sha256=judgement.sha256,
        by=judgement.by,
        budget=judgement.budget,
        state=_judgement_state(judgement, live),
        progress=live.progress if live.judging == judgement.id else None,
        scorecard=judgement.scorecard,
        fault=judgement.fault,
    )


def _judgement_state(judgement: iv.Judgement, live: Live) -> Literal["queued", "running", "judged", "failed"]:
    if judgement.scorecard is not None:
        return "judged"
    if judgement.fault:
        return "failed"
    return "running" if live.judging == judgement.id else "queued"


def deciding_judgement(interview: iv.Interview) -> iv.Judgement | None:
    """The judgement of the submission that stands, or else the last one."""
    submission = interview.submission
    of_submission = [
        one
        for one in interview.judgements
        if submission is not None and one.by == "submit" and one.sha256 == submission.sha256
    ]
    relevant = of_submission or list(interview.judgements)
    return relevant[-1] if relevant else None


def latest_scorecard(interview: iv.Interview) -> Scorecard | None:
    """Of the submission if it was judged, else of the last judgement that has one."""
    deciding = deciding_judgement(interview)
    if deciding is not None and deciding.scorecard is not None:
        return deciding.scorecard
    return next((one.scorecard for one in reversed(interview.judgements) if one.scorecard is not None), None)
