"""The life of an interview as two pure functions.

    lobby --> filter --> probe --> finished        only the interviewer moves it

`decide` says which events a command causes; `evolve` applies one entry of the log. Nothing here waits,
reads a clock or touches a sandbox. An interview is ``functools.reduce(evolve, entries, None)``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, assert_never

from sandbox.core import commands as cmd
from sandbox.core import events as ev
from sandbox.core.clock import Clock
from wire.challenge import Axis
from wire.scorecard import Scorecard

STAGES: tuple[ev.Stage, ...] = ("lobby", "filter", "probe", "finished")
MAX_NOTES = 1_000
MAX_RUNS = 2_000
MAX_INTEGRITY = 5_000
MAX_TOOL_ROWS = 200


class NotAllowed(Exception):
    """The command makes no sense now. Safe to show: the text says what would help."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    id: int
    at: int
    stage: ev.Stage
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    score: int
    reason: str
    by: str
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    id: int
    kind: ev.RunKind
    label: str
    sha256: str
    at: int
    finished_at: int | None = None
    outcome: ev.RunOutcome | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolReport:
    """What the latest visible tests or bench claimed; rows of one kind only."""

    run: int
    at: int
    running: bool = True
    error: str = ""
    cases: tuple[ev.TestCase, ...] = ()
    rows: tuple[ev.BenchRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    sha256: str
    at: int
    files: tuple[ev.TextFile, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    id: int
    at: int
    sha256: str
    by: Literal["submit", "interviewer"]
    budget: ev.Budget
    seed: int
    files: tuple[ev.TextFile, ...]
    scorecard: Scorecard | None = None
    fault: str = ""

    @property
    def open(self) -> bool:
        return self.scorecard is None and not self.fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Integrity:
    at: int
    kind: Literal["paste", "away", "back", "joined", "left", "big_insert"]
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Interview:
    id: str
    candidate_name: str
    interviewer_name: str
    created_at: int
    filter: ev.ChallengeRef
    probe: ev.ChallengeRef
    stage: ev.Stage = "lobby"
    consented: bool = False
    clock: Clock = field(default_factory=Clock)
    notes: tuple[Note, ...] = ()
    last_note: int = 0
    ticks: tuple[str, ...] = ()
    marks: tuple[tuple[Axis, Mark], ...] = ()
    runs: tuple[Run, ...] = ()
    tests: ToolReport | None = None
    bench: ToolReport | None = None
    review: ev.ReviewFiled | None = None
    submission: Submission | None = None
    rejection: str = ""
    """Why the last submission could not be read; empty after the next one."""
    judgements: tuple[Judgement, ...] = ()
    integrity: tuple[Integrity, ...] = ()

    def mark(self, axis: Axis) -> Mark | None:
        return dict(self.marks).get(axis)

    @property
    def writable(self) -> bool:
        """Whether the candidate may change the document: nothing is recorded before they agreed to it."""
        return self.consented and self.submission is None and self.stage != "finished"


def decide(
    interview: Interview, command: cmd.Command, *, findings: frozenset[str] = frozenset()
) -> list[ev.Event]:
    """Events that ``command`` causes, besides what only the service can know. Raises NotAllowed.

    ``findings``: ids of both rubrics. Commands that touch the sandbox or the judge cause no event here; see
    `ready_to_run` and `ready_to_submit`.
    """
    match command:
        case cmd.Consent():
            return [] if interview.consented else [ev.Consented()]
        case cmd.MoveStage(stage=stage):
            return _move(interview, stage)
        case cmd.Clock():
            return _clock(interview, command)
        case cmd.AddNote(text=text):
            if len(interview.notes) >= MAX_NOTES:
                raise NotAllowed(f"There are {MAX_NOTES} notes already. Edit one of them.")
            return [ev.NoteAdded(note=interview.last_note + 1, text=text)]
        case cmd.EditNote(note=note, text=text):
            if all(one.id != note for one in interview.notes):
                raise NotAllowed("That note is gone. Write a new one.")
            return [ev.NoteEdited(note=note, text=text)]
        case cmd.Tick(finding=finding, on=on):
            if finding not in findings:
                raise NotAllowed("The rubric has no such line. Reload the page.")
            return [ev.FindingTicked(finding=finding, on=on)] if (finding in interview.ticks) != on else []
        case cmd.Mark(axis=axis, score=score, reason=reason):
            if not reason.strip():
                raise NotAllowed("A mark needs a reason: a sentence on what you saw.")
            return [ev.Marked(axis=axis, score=score, reason=reason)]
        case cmd.Paste(where=where, characters=characters):
            return [ev.Pasted(where=where, characters=characters)] if _observed(interview) else []
        case cmd.Focus(visible=visible):
            return [ev.FocusChanged(visible=visible)] if _observed(interview) else []
        case cmd.Run() | cmd.RunTests() | cmd.RunBench() | cmd.Interrupt() | cmd.Restart() | cmd.Complete():
            return []
        case cmd.Submit() | cmd.JudgeNow():
            return []
        case _:
            assert_never(command)


def ready_to_run(interview: Interview) -> None:
    """Raises NotAllowed unless code may run now."""
    if interview.stage != "probe":
        raise NotAllowed("Code can be run during the probe. Wait until the interviewer starts it.")
    if interview.submission is not None:
        raise NotAllowed("You have submitted; the files are frozen and no more code is run.")
    if len(interview.runs) >= MAX_RUNS:
        raise NotAllowed(
            f"This interview has used up its {MAX_RUNS} runs. Go on without running, then submit."
        )


def ready_to_submit(interview: Interview) -> None:
    """Raises NotAllowed unless the files may be submitted now."""
    if interview.stage != "probe":
        raise NotAllowed("Submitting is part of the probe. Wait until the interviewer starts it.")
    if interview.submission is not None:
        raise NotAllowed("You have submitted already.")


def _observed(interview: Interview) -> bool:
    """Pastes and focus are recorded between consent and the end, and not without bound."""
    return interview.consented and interview.stage != "finished" and len(interview.integrity) < MAX_INTEGRITY


def _move(interview: Interview, stage: ev.Stage) -> list[ev.Event]:
    if stage == interview.stage:
        return []
    if interview.stage == "finished":
        raise NotAllowed("The interview is finished. Create a new one to go on.")
    if stage == "finished":
        return [ev.StageMoved(stage=stage)]
    if STAGES.index(stage) != STAGES.index(interview.stage) + 1:
        raise NotAllowed(
            f"From {interview.stage} the next stage is {STAGES[STAGES.index(interview.stage) + 1]}."
        )
    if not interview.consented:
        raise NotAllowed(
            "The candidate has not agreed to the recording yet. Ask them to press the button in the lobby."
        )
    return [ev.StageMoved(stage=stage)]


def _clock(interview: Interview, command: cmd.Clock) -> list[ev.Event]:
    if interview.stage not in ("filter", "probe"):
        raise NotAllowed("The clock runs during the filter and the probe.")
    match command.action:
        case "start":
            return [] if interview.clock.running else [ev.ClockStarted()]
        case "pause":
            return [ev.ClockPaused()] if interview.clock.running else []
        case "extend":
            minutes = command.minutes or 5
            if interview.clock.minutes + minutes > 480:
                raise NotAllowed("A stage can last eight hours at most.")
            return [ev.ClockExtended(minutes=minutes)]


def evolve(interview: Interview | None, entry: ev.Entry) -> Interview:
    """The interview after ``entry``; ``None`` is the interview before its first event."""
    event, at = entry.event, entry.at_ms
    if isinstance(event, ev.Created):
        return Interview(
            id=event.interview,
            candidate_name=event.candidate_name,
            interviewer_name=event.interviewer_name,
            created_at=at,
            filter=event.filter,
            probe=event.probe,
        )
    if interview is None:
        raise ValueError(f"a log starts with created, not {event.kind}")
    match event:
        case ev.DocumentUpdated() | ev.OutputsShown() | ev.KernelRestarted():
            return interview
        case ev.Consented():
            return replace(interview, consented=True)
        case ev.StageMoved(stage=stage):
            return replace(interview, stage=stage, clock=_stage_clock(interview, stage, at))
        case ev.ReviewFiled():
            return replace(interview, review=event)
        case ev.ClockStarted():
            return replace(interview, clock=interview.clock.start(at))
        case ev.ClockPaused():
            return replace(interview, clock=interview.clock.pause(at))
        case ev.ClockExtended(minutes=minutes):
            return replace(interview, clock=interview.clock.extend(minutes))
        case ev.NoteAdded(note=note, text=text):
            added = Note(id=note, at=at, stage=interview.stage, text=text)
            return replace(interview, notes=(*interview.notes, added), last_note=note)
        case ev.NoteEdited(note=note, text=text):
            edited = (replace(one, text=text) if one.id == note else one for one in interview.notes)
            return replace(interview, notes=tuple(one for one in edited if one.text))
        case ev.FindingTicked(finding=finding, on=on):
            others = tuple(one for one in interview.ticks if one != finding)
            return replace(interview, ticks=(*others, finding) if on else others)
        case ev.Marked(axis=axis, score=score, reason=reason):
            mark = Mark(score=score, reason=reason, by=interview.interviewer_name, at=at)
            return replace(interview, marks=tuple({**dict(interview.marks), axis: mark}.items()))
        case (
            ev.RunStarted()
            | ev.TestCaseReported()
            | ev.BenchRowReported()
            | ev.ToolStopped()
            | ev.RunFinished()
        ):
            return _evolve_run(interview, event, at)
        case ev.Submitted(sha256=sha256, files=files):
            submission = Submission(sha256=sha256, at=at, files=files)
            return replace(interview, submission=submission, rejection="")
        case ev.JudgementQueued() | ev.JudgementMade() | ev.JudgementFailed() | ev.SubmissionUnreadable():
            return _evolve_judgement(interview, event, at)
        case ev.Pasted() | ev.BigInsert() | ev.FocusChanged() | ev.Joined() | ev.Left():
            seen = _integrity(event, entry.author, at)
            return interview if seen is None else replace(interview, integrity=(*interview.integrity, seen))
        case _:
            assert_never(event)


def _stage_clock(interview: Interview, stage: ev.Stage, at: int) -> Clock:
    match stage:
        case "filter":
            return Clock(minutes=interview.filter.minutes).start(at)
        case "probe":
            return Clock(minutes=interview.probe.minutes).start(at)
        case _:
            return interview.clock.pause(at)


RunEvent = ev.RunStarted | ev.TestCaseReported | ev.BenchRowReported | ev.ToolStopped | ev.RunFinished


def _evolve_run(interview: Interview, event: RunEvent, at: int) -> Interview:
    match event:
        case ev.RunStarted(run=run, run_kind=kind, label=label, sha256=sha256):
            started = Run(id=run, kind=kind, label=label, sha256=sha256, at=at)
            interview = replace(interview, runs=(*interview.runs, started))
            if kind == "tests":
                return replace(interview, tests=ToolReport(run=run, at=at))
            if kind == "bench":
                return replace(interview, bench=ToolReport(run=run, at=at))
            return interview
        case ev.TestCaseReported(run=run, case=case):
            if interview.tests is None or interview.tests.run != run:
                return interview
            return replace(interview, tests=replace(interview.tests, cases=(*interview.tests.cases, case)))
        case ev.BenchRowReported(run=run, row=row):
            if interview.bench is None or interview.bench.run != run:
                return interview
            return replace(interview, bench=replace(interview.bench, rows=(*interview.bench.rows, row)))
        case ev.ToolStopped(run=run, error=error):
            return _with_reports(interview, run, running=True, error=error)
        case ev.RunFinished(run=run, outcome=outcome):
            runs = tuple(
                replace(one, finished_at=at, outcome=outcome) if one.id == run else one
                for one in interview.runs
            )
            return _with_reports(replace(interview, runs=runs), run, running=False, error=_why(outcome))


def _why(outcome: ev.RunOutcome) -> str:
    return {
        "ok": "",
        "error": "",
        "interrupted": "Stopped before the end.",
        "died": "The process died before the end.",
        "timed_out": "Stopped: it took too long.",
        "flooded": "Stopped: it printed too much.",
    }[outcome]


def _with_reports(interview: Interview, run: int, *, running: bool, error: str) -> Interview:
    def stopped(report: ToolReport | None) -> ToolReport | None:
        if report is None or report.run != run:
            return report
        return replace(report, running=running, error=report.error or error)

    return replace(interview, tests=stopped(interview.tests), bench=stopped(interview.bench))


JudgementEvent = ev.JudgementQueued | ev.JudgementMade | ev.JudgementFailed | ev.SubmissionUnreadable


def _evolve_judgement(interview: Interview, event: JudgementEvent, at: int) -> Interview:
    def ended(scorecard: Scorecard | None = None, fault: str = "") -> tuple[Judgement, ...]:
        return tuple(
            replace(one, scorecard=scorecard, fault=fault) if one.id == event.judgement else one
            for one in interview.judgements
        )

    match event:
        case ev.JudgementQueued():
            queued = Judgement(
                id=event.judgement,
                at=at,
                sha256=event.sha256,
                by=event.by,
                budget=event.budget,
                seed=event.seed,
                files=event.files,
            )
            return replace(interview, judgements=(*interview.judgements, queued))
        case ev.JudgementMade(scorecard=scorecard):
            return replace(interview, judgements=ended(scorecard=scorecard))
        case ev.JudgementFailed(fault=fault):
            return replace(interview, judgements=ended(fault=fault or "The judge failed without saying why."))
        case ev.SubmissionUnreadable(reason=reason):
            interview = replace(
                interview, judgements=ended(fault=reason or "The judge could not read the files.")
            )
            asked = next((one for one in interview.judgements if one.id == event.judgement), None)
            if asked is None or asked.by != "submit" or interview.stage == "finished":
                return interview
            return replace(interview, submission=None, rejection=reason)


def _integrity(
    event: ev.Pasted | ev.BigInsert | ev.FocusChanged | ev.Joined | ev.Left, author: ev.Author, at: int
) -> Integrity | None:
    match event:
        case ev.Pasted(where=where, characters=characters):
            return Integrity(at=at, kind="paste", detail=f"{characters} characters into {where}")
        case ev.BigInsert(where=where, characters=characters):
            return Integrity(at=at, kind="big_insert", detail=f"{characters} characters at once, {where}")
        case ev.FocusChanged(visible=visible):
            return Integrity(at=at, kind="back" if visible else "away", detail="")
        case ev.Joined():
            return Integrity(at=at, kind="joined", detail=author)
        case ev.Left():
            return Integrity(at=at, kind="left", detail=author)


def interrupted_by_restart(interview: Interview) -> Sequence[ev.Event]:
    """What a server that has just started must record: nothing that ran before it runs now."""
    return [ev.RunFinished(run=one.id, outcome="died") for one in interview.runs if one.outcome is None]
