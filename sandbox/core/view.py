"""What each role sees, folded from the interview and from what is live. Pure.

`CandidateView` has no field for notes, ticks, marks, judgements or suggestions, so there is nothing to
forget to leave out. Field names are the protocol's (docs/protocol.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sandbox.core import events as ev
from sandbox.core import room_events as rev
from sandbox.core.access import Role
from sandbox.core.colors import color_of
from sandbox.core.integrity_view import IntegrityView, integrity_views
from sandbox.core.interview import Interview
from sandbox.core.judgement_view import JudgementView, judgement_view
from sandbox.core.live import Live, SandboxState
from sandbox.core.panel_view import (
    Marks,
    NoteView,
    PanelView,
    Suggestions,
    mark_view,
    note_views,
    panel_view,
    suggestion_view,
)
from sandbox.core.scoring import suggest_engineering, suggest_research
from sandbox.core.topics import Discussed, discussed
from sandbox.core.work_view import (
    BenchPointView,
    BenchReport,
    RunView,
    TerminalView,
    TestReport,
    bench_point,
    bench_report,
    run_views,
    terminal_view,
    test_report,
)
from sandbox.ports import KernelState
from wire.base import Wire
from wire.challenge import Rubric


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
        "runs": run_views(interview.work),
        "tests": test_report(interview.work.tests),
        "bench": bench_report(interview.work.bench),
        "bench_history": tuple(map(bench_point, interview.work.bench_history)),
        "terminal": terminal_view(interview.work),
        "submission": SubmissionView(sha256=submission.sha256, at=submission.at) if submission else None,
        "files_error": live.files_error or interview.rejection,
        "alert": live.alert,
    }
