"""What each role sees, folded from the interview and from what is live. Pure.

`CandidateView` has no field for notes, ticks, marks, judgements or suggestions, so there is nothing to
forget to leave out. Field names are the protocol's (docs/protocol.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from sandbox.core import events as ev
from sandbox.core import room_events as rev
from sandbox.core import work as wk
from sandbox.core.access import Role
from sandbox.core.interview import Interview
from sandbox.core.marks import Mark
from sandbox.core.scoring import Suggestion, suggest_engineering, suggest_research
from sandbox.core.submissions import Judgement
from sandbox.core.topics import Discussed, discussed
from sandbox.ports import KernelState
from wire.base import Wire
from wire.challenge import Axis, Rubric
from wire.scorecard import Evidence, Progress, Score, Scorecard

SandboxState = Literal["off", "starting", "ready", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """What is true now and is not worth recording."""

    tabs: dict[ev.Author, int]
    """Open connections by who holds them."""
    sandbox: SandboxState = "off"
    sandbox_message: str = ""
    kernel: KernelState = "dead"
    kernel_run: int | None = None
    device: str = ""
    """Name of the GPU that the sandbox has; empty while it has none."""
    devices_ahead: int | None = None
    """While it waits for a GPU: how many are served before."""
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
    shown: tuple[str, ...] = ()
    """What every candidate is given to read."""


class Header(Wire):
    id: str
    candidate_name: str
    interviewer_name: str
    created_at: int


class CreditView(Wire):
    """Time that an outage took and the clock gives back."""

    causes: tuple[rev.OutageCause, ...]
    began: int
    lost_ms: int
    over: bool


class ClockView(Wire):
    minutes: int
    running: bool
    """Whether the time left falls now: not while it is paused, and not during an outage."""
    elapsed_ms: int
    """Without what is credited."""
    paused: bool
    credits: tuple[CreditView, ...]


class Person(Wire):
    author: ev.Author
    role: str
    name: str
    color: str
    online: bool
    tabs: int


class FocusView(Wire):
    asked: int | None
    """Minutes that the candidate would like."""
    until: int | None
    """Epoch ms, while there is a block."""


class Display(Wire):
    """How the candidate's page shows itself. As it always is, for everybody else."""

    timer_hidden: bool = False
    screen_reader: bool = False


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


class TerminalView(Wire):
    rows: int
    columns: int


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
    strips: tuple[ev.TokenStrip, ...]


class BenchPointView(Wire):
    run: int
    at: int
    num_speculative_tokens: int
    acceptance_rate: float | None
    tokens_per_target_call: float
    speedup: float


class SubmissionView(Wire):
    sha256: str
    at: int


class CandidateView(Wire):
    now: int
    interview: Header
    role: Role
    you: ev.Author
    stage: ev.Stage
    consented: bool
    clock: ClockView
    people: tuple[Person, ...]
    co_edit: bool
    focus: FocusView
    display: Display
    sandbox: SandboxView
    kernel: KernelView
    runs: tuple[RunView, ...]
    tests: TestReport | None
    bench: BenchReport | None
    bench_history: tuple[BenchPointView, ...]
    terminal: TerminalView | None
    submission: SubmissionView | None
    files_error: str
    alert: str


class NoteView(Wire):
    id: int
    at: int
    stage: ev.Stage
    text: str
    author: ev.Author
    by: str


class MarkView(Wire):
    score: int
    reason: str
    by: str
    at: int


class Marks(Wire):
    engineering: MarkView | None
    research: MarkView | None


class OtherMark(MarkView):
    axis: Axis
    blind: bool


class TotalView(Wire):
    value: float
    low: float
    high: float
    """One standard error around it."""
    progresses: bool


class DecisionView(Wire):
    outcome: ev.Outcome
    name: str
    reason: str
    at: int


class PanelView(Wire):
    """Where the panel's marking stands, as one viewer may know it."""

    marks: tuple[OtherMark, ...]
    """Everybody's, once they are shown; before that the viewer's own."""
    waiting_for: tuple[str, ...]
    """Names of those who have not marked both axes."""
    shown: bool
    asks: tuple[str, ...]
    total: TotalView | None
    decision: DecisionView | None


class SuggestionView(Wire):
    score: int | None
    because: tuple[str, ...]


class Suggestions(Wire):
    engineering: SuggestionView
    research: SuggestionView


class ShownScorecard(Evidence):
    """A scorecard as one viewer may know it."""

    score: Score | None
    """None for a rater who has not marked both axes: it is one more opinion."""


class JudgementView(Wire):
    id: int
    at: int
    sha256: str
    by: Literal["submit", "interviewer"]
    budget: ev.Budget
    state: Literal["queued", "running", "judged", "failed"]
    progress: Progress | None
    scorecard: ShownScorecard | None
    fault: str


class IntegrityView(Wire):
    at: int
    kind: Literal["paste", "away", "back", "joined", "left", "big_insert", "input_method", "rhythm"]
    detail: str
    origin: rev.Origin
    text: str
    lasted_ms: int | None


class RuntimeView(Wire):
    name: str
    caveats: tuple[str, ...]


class DeviceView(Wire):
    wanted: ev.DeviceClass
    name: str
    """Of the GPU; empty while it has none."""
    ahead: int | None
    """While it waits for one: how many interviews are served before."""


class InterviewerView(CandidateView):
    runtime: RuntimeView
    device: DeviceView
    notes: tuple[NoteView, ...]
    ticks: tuple[str, ...]
    marks: Marks
    """The viewer's own."""
    panel_marks: PanelView
    judgements: tuple[JudgementView, ...]
    suggestions: Suggestions | None
    """None until the viewer has marked both axes: it is one more opinion."""
    integrity: tuple[IntegrityView, ...]
    topics: tuple[Discussed, ...]
    """Of the discussion: which came up, and what the judge measured about each."""
    signals: bool
    """Whether there are signals for this candidate at all."""


def candidate_view(interview: Interview, live: Live, *, now: int) -> CandidateView:
    arranged = interview.accommodations
    return CandidateView(
        role="candidate",
        you="candidate",
        display=Display(timer_hidden=arranged.timer_hidden, screen_reader=arranged.screen_reader),
        **_shared(interview, live, now),
    )


def watcher_view(interview: Interview, live: Live, you: ev.Author, *, now: int) -> CandidateView:
    """What the candidate sees of their work, but for focus blocks."""
    interview, live = _as_the_panel_sees(interview, live)
    return CandidateView(role="watcher", you=you, display=Display(), **_shared(interview, live, now))


def interviewer_view(
    interview: Interview, live: Live, guide: Guide, you: ev.Author = "interviewer", *, now: int
) -> InterviewerView:
    interview, live = _as_the_panel_sees(interview, live)
    scorecard = interview.latest_scorecard
    suggestion = interview.marking.shows_suggestion(you)
    return InterviewerView(
        role="interviewer",
        you=you,
        display=Display(),
        **_shared(interview, live, now),
        runtime=RuntimeView(name=guide.runtime, caveats=tuple(guide.caveats)),
        device=DeviceView(wanted=interview.device, name=live.device, ahead=live.devices_ahead),
        notes=note_views(interview),
        ticks=interview.ticks,
        marks=Marks(
            engineering=mark_view(interview.mark("engineering", you)),
            research=mark_view(interview.mark("research", you)),
        ),
        panel_marks=panel_view(interview, you),
        judgements=tuple(judgement_view(one, live, suggestion=suggestion) for one in interview.judgements),
        suggestions=Suggestions(
            engineering=suggestion_view(suggest_engineering(guide.engineering, interview.ticks)),
            research=suggestion_view(suggest_research(guide.research, interview.ticks, scorecard)),
        )
        if suggestion
        else None,
        integrity=integrity_views(interview),
        topics=discussed(guide.research, interview.ticks, scorecard),
        signals=interview.accommodations.signals,
    )


def _as_the_panel_sees(interview: Interview, live: Live) -> tuple[Interview, Live]:
    """During a focus block, neither what the candidate does nor what their kernel does."""
    if interview.focus.until is None:
        return interview, live
    quiet = replace(live, kernel="idle", kernel_run=None, files_error="")
    return interview.as_the_panel_sees(), quiet


def integrity_views(interview: Interview) -> tuple[IntegrityView, ...]:
    return tuple(
        IntegrityView(
            at=one.at,
            kind=one.kind,
            detail=interview.name_of(one.detail) if one.kind in ("joined", "left") else one.detail,
            origin=one.origin,
            text=one.text,
            lasted_ms=one.lasted_ms,
        )
        for one in interview.integrity
    )


CANDIDATE_COLOR = "#d0762c"
PANEL_COLORS = ("#4a7bd0", "#8a56c2", "#2f8f6b", "#c2456b", "#7a7a1f", "#2b8fa8", "#a8562b", "#5b5bd6")
"""Far enough apart to be told apart, and from the candidate's."""


def color_of(author: ev.Author) -> str:
    if author == "candidate":
        return CANDIDATE_COLOR
    number = author.partition("/")[2]
    return PANEL_COLORS[int(number or 0) % len(PANEL_COLORS)]


def clock_view(interview: Interview, now: int) -> ClockView:
    credits = interview.credits(now)
    running = interview.clock.running
    return ClockView(
        minutes=interview.clock.minutes,
        running=running and all(one.over for one in credits),
        elapsed_ms=interview.elapsed_ms(now),
        paused=not running,
        credits=tuple(
            CreditView(causes=one.causes, began=one.began, lost_ms=one.lost_ms, over=one.over)
            for one in credits
        ),
    )


def people(interview: Interview, live: Live) -> tuple[Person, ...]:
    """The candidate first, then the panel in the order of their invitations."""
    there = [("candidate", "candidate", interview.candidate_name)]
    there += [(one.author, one.role, one.name) for one in interview.panel if not one.removed]
    return tuple(
        Person(
            author=author,
            role=role,
            name=name,
            color=color_of(author),
            online=live.tabs.get(author, 0) > 0,
            tabs=live.tabs.get(author, 0),
        )
        for author, role, name in there
    )


def _shared(interview: Interview, live: Live, now: int) -> dict[str, Any]:
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
        "clock": clock_view(interview, now),
        "people": people(interview, live),
        "co_edit": interview.co_edit,
        "focus": FocusView(asked=interview.focus.asked, until=interview.focus.until),
        "sandbox": SandboxView(state=live.sandbox, message=live.sandbox_message),
        "kernel": KernelView(state=live.kernel, run=live.kernel_run),
        "runs": run_views(interview),
        "tests": test_report(interview.work.tests),
        "bench": bench_report(interview.work.bench),
        "bench_history": tuple(map(bench_point, interview.work.bench_history)),
        "terminal": terminal_view(interview),
        "submission": SubmissionView(sha256=submission.sha256, at=submission.at) if submission else None,
        "files_error": live.files_error or interview.rejection,
        "alert": live.alert,
    }


def run_views(interview: Interview) -> tuple[RunView, ...]:
    return tuple(
        RunView(
            id=run.id,
            kind=run.kind,
            label=run.label,
            at=run.at,
            finished_at=run.finished_at,
            outcome=run.outcome,
        )
        for run in interview.work.runs
    )


def terminal_view(interview: Interview) -> TerminalView | None:
    size = interview.work.terminal
    return TerminalView(rows=size.rows, columns=size.columns) if size else None


def note_views(interview: Interview) -> tuple[NoteView, ...]:
    return tuple(
        NoteView(
            id=one.id,
            at=one.at,
            stage=one.stage,
            text=one.text,
            author=one.author,
            by=interview.name_of(one.author),
        )
        for one in interview.notes
    )


def mark_view(mark: Mark | None) -> MarkView | None:
    return MarkView(score=mark.score, reason=mark.reason, by=mark.by, at=mark.at) if mark else None


def panel_view(interview: Interview, viewer: ev.Author) -> PanelView:
    """``viewer``: an author; ``host`` sees what is shown to everybody."""
    marking = interview.marking
    total, decision = marking.total, interview.decision
    return PanelView(
        marks=tuple(
            OtherMark(
                score=one.score, reason=one.reason, by=one.by, at=one.at, axis=one.axis, blind=one.blind
            )
            for one in interview.standing_marks
            if marking.shows(viewer, one.author)
        ),
        waiting_for=tuple(interview.name_of(one) for one in marking.raters if one not in marking.filed),
        shown=marking.revealed,
        asks=marking.asks,
        total=TotalView(value=total.value, low=total.low, high=total.high, progresses=total.progresses)
        if total is not None
        else None,
        decision=DecisionView(
            outcome=decision.outcome, name=decision.name, reason=decision.reason, at=decision.at
        )
        if decision
        else None,
    )


def suggestion_view(suggestion: Suggestion) -> SuggestionView:
    return SuggestionView(score=suggestion.score, because=suggestion.because)


def test_report(report: wk.ToolReport | None) -> TestReport | None:
    if report is None:
        return None
    return TestReport(at=report.at, running=report.running, error=report.error, cases=report.cases)


def bench_report(report: wk.ToolReport | None) -> BenchReport | None:
    if report is None:
        return None
    return BenchReport(
        at=report.at, running=report.running, error=report.error, rows=report.rows, strips=report.strips
    )


def bench_point(point: wk.BenchPoint) -> BenchPointView:
    return BenchPointView(
        run=point.run,
        at=point.at,
        num_speculative_tokens=point.best.num_speculative_tokens,
        acceptance_rate=point.best.acceptance_rate,
        tokens_per_target_call=point.best.tokens_per_target_call,
        speedup=point.best.speedup,
    )


def judgement_view(judgement: Judgement, live: Live, *, suggestion: bool) -> JudgementView:
    """``suggestion``: whether the viewer may see the machine's (`Panel.shows_suggestion`)."""
    return JudgementView(
        id=judgement.id,
        at=judgement.at,
        sha256=judgement.sha256,
        by=judgement.by,
        budget=judgement.budget,
        state=_judgement_state(judgement, live),
        progress=live.progress if live.judging == judgement.id else None,
        scorecard=_shown(judgement.scorecard, suggestion=suggestion) if judgement.scorecard else None,
        fault=judgement.fault,
    )


def _shown(scorecard: Scorecard, *, suggestion: bool) -> ShownScorecard:
    shown = ShownScorecard.model_validate(dict(scorecard))
    return shown if suggestion else shown.model_copy(update={"score": None})


def _judgement_state(judgement: Judgement, live: Live) -> Literal["queued", "running", "judged", "failed"]:
    if judgement.scorecard is not None:
        return "judged"
    if judgement.fault:
        return "failed"
    return "running" if live.judging == judgement.id else "queued"
