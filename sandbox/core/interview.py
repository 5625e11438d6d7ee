"""The life of an interview as two pure functions.

    lobby --> filter --> probe --> finished        only the interviewer moves it

`decide` says which events a command causes; `evolve` applies one entry of the log. Nothing here waits,
reads a clock or touches a sandbox. An interview is ``functools.reduce(evolve, entries, None)``.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal, assert_never

from sandbox.core import commands as cmd
from sandbox.core import events as ev
from sandbox.core import outage as out
from sandbox.core import rights as rt
from sandbox.core import rights_events as rte
from sandbox.core import room_events as rev
from sandbox.core import submissions as sub
from sandbox.core import work as wk
from sandbox.core.access import MAX_MEMBERS, author_of, role_of
from sandbox.core.clock import Clock
from sandbox.core.origin import excerpt
from sandbox.core.panel_marks import Filed, Panel, assess
from sandbox.core.submissions import Judgement, Judgements, Submission
from sandbox.core.work import Work
from wire.challenge import Axis
from wire.scorecard import Scorecard

STAGES: tuple[ev.Stage, ...] = ("lobby", "filter", "probe", "finished")
MAX_NOTES = 1_000
MAX_RUNS = 2_000
MAX_INTEGRITY = 5_000
MAX_MARKS = 500
MAX_MESSAGES = 1_000
MAX_OUTAGES = 500


class NotAllowed(Exception):
    """The command makes no sense now. Safe to show: the text says what would help."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody of the panel."""

    number: int
    role: rev.PanelRole
    name: str
    removed: bool = False

    @property
    def author(self) -> ev.Author:
        return author_of(self.role, self.number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Of the chat."""

    at: int
    author: ev.Author
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    id: int
    at: int
    stage: ev.Stage
    text: str
    author: ev.Author


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    axis: Axis
    score: int
    reason: str
    by: str
    at: int
    author: ev.Author
    blind: bool
    """Filed before its author could see another's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    outcome: ev.Outcome
    name: str
    reason: str
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Integrity:
    """A signal: a fact with its time. Nothing concludes anything from it."""

    at: int
    kind: Literal["paste", "away", "back", "joined", "left", "big_insert", "input_method", "rhythm"]
    detail: str
    origin: rev.Origin = "unknown"
    text: str = ""
    """Its beginning, where it concerns a text."""
    lasted_ms: int | None = None
    """back: how long the page was hidden."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Veil:
    """How things stood when a focus block began: what the panel sees until it ends."""

    work: Work
    integrity: tuple[Integrity, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FocusBlock:
    """Minutes during which nobody watches. The recording goes on."""

    asked: int | None = None
    """Minutes that the candidate would like."""
    until: int | None = None
    """Epoch ms; None while there is no block."""
    veil: Veil | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Interview:
    id: str
    candidate_name: str
    interviewer_name: str
    created_at: int
    filter: ev.ChallengeRef
    probe: ev.ChallengeRef
    device: ev.DeviceClass = "cpu"
    """What its sandbox has to compute with."""
    reference: str = ""
    """What an applicant tracking system calls it; empty: nothing."""
    synthetic: bool = False
    """Made up, to see the pages full."""
    stage: ev.Stage = "lobby"
    consented: bool = False
    clock: Clock = field(default_factory=Clock)
    notes: tuple[Note, ...] = ()
    last_note: int = 0
    ticks: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()
    """All that were ever filed, in order; a later one of the same author and axis stands."""
    decision: Decision | None = None
    work: Work = field(default_factory=Work)
    review: ev.ReviewFiled | None = None
    submission: Submission | None = None
    rejection: str = ""
    """Why the last submission could not be read; empty after the next one."""
    judgements: Judgements = ()
    integrity: tuple[Integrity, ...] = ()
    here: frozenset[ev.Author] = frozenset()
    """Who came and has not left, by the log: after a crash, who was there."""
    panel: tuple[Member, ...] = ()
    """The first is whom the interview was made for. Nobody ever leaves the tuple: notes name them."""
    co_edit: bool = False
    focus: FocusBlock = field(default_factory=FocusBlock)
    chat: tuple[Message, ...] = ()
    outages: tuple[out.Outage, ...] = ()
    accommodations: rev.Accommodations = field(default_factory=rev.Accommodations)
    rights: rt.Rights = field(default_factory=rt.Rights)

    def name_of(self, author: ev.Author) -> str:
        """What people call an author."""
        if author == "candidate":
            return self.candidate_name
        return next((one.name for one in self.panel if one.author == author), f"the {role_of(author)}")

    def member(self, author: ev.Author) -> Member | None:
        """Who of the panel it is; None for somebody who was removed or never was in it."""
        return next((one for one in self.panel if one.author == author and not one.removed), None)

    @property
    def under_way(self) -> bool:
        """Whether the candidate works against the clock."""
        return self.consented and self.submission is None and self.stage in ("filter", "probe")

    def credits(self, at: int) -> tuple[out.Credit, ...]:
        """Time of this stage that the clock gives back."""
        return out.credits(self.outages, self.clock.spans(at), at)

    def elapsed_ms(self, at: int) -> int:
        """Time of this stage that counts as used."""
        return self.clock.elapsed_ms(at) - sum(one.lost_ms for one in self.credits(at))

    @property
    def standing_marks(self) -> tuple[Mark, ...]:
        """The last mark of each person on each axis."""
        return tuple({(one.author, one.axis): one for one in self.marks}.values())

    def mark(self, axis: Axis, author: ev.Author) -> Mark | None:
        return next((one for one in self.standing_marks if (one.axis, one.author) == (axis, author)), None)

    @property
    def marking(self) -> Panel:
        """Where the panel's marking stands: everybody who is an interviewer rates."""
        raters = [one.author for one in self.panel if one.role == "interviewer" and not one.removed]
        filed = [
            Filed(author=one.author, axis=one.axis, score=one.score, at=one.at) for one in self.standing_marks
        ]
        return assess(raters, filed)

    @property
    def deciding_judgement(self) -> Judgement | None:
        """The judgement of the submission that stands, or else the last one."""
        return sub.deciding(self.judgements, self.submission)

    @property
    def latest_scorecard(self) -> Scorecard | None:
        """Of the submission if it was judged, else of the last judgement that has one."""
        return sub.latest_scorecard(self.judgements, self.submission)

    @property
    def recorded(self) -> bool:
        """Whether what happens in the room is recorded: between consent and the end."""
        return self.consented and self.stage != "finished"

    @property
    def writable(self) -> bool:
        """Whether the candidate may change the document: nothing is recorded before they agreed to it."""
        return self.recorded and self.submission is None


def decide(
    interview: Interview,
    command: cmd.Command,
    *,
    author: ev.Author = "interviewer",
    findings: frozenset[str] = frozenset(),
    origin: rev.Origin = "unknown",
) -> list[ev.Event]:
    """Events that ``command`` causes, besides what only the service can know. Raises NotAllowed.

    ``author`` asks, and may ask this. ``findings``: ids of both rubrics. ``origin``: of what was pasted.
    Commands that touch the sandbox or the judge cause no event here; see `ready_to_run`, `ready_to_submit`
    and `ready_to_judge`.
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
            known = next((one for one in interview.notes if one.id == note), None)
            if known is None:
                raise NotAllowed("That note is gone. Write a new one.")
            if known.author != author:
                raise NotAllowed("Only whoever wrote a note can change it. Write one of your own.")
            return [ev.NoteEdited(note=note, text=text)]
        case cmd.Tick(finding=finding, on=on):
            if finding not in findings:
                raise NotAllowed("The rubric has no such line. Reload the page.")
            return [ev.FindingTicked(finding=finding, on=on)] if (finding in interview.ticks) != on else []
        case cmd.Mark():
            return _mark(interview, command, author)
        case cmd.Paste(where=where, characters=characters, text=text):
            pasted = ev.Pasted(where=where, characters=characters, origin=origin, text=excerpt(text))
            return [pasted] if observed(interview) else []
        case cmd.InputMethod(where=where, characters=characters):
            used = rev.InputMethodUsed(where=where, characters=characters)
            return [used] if observed(interview) else []
        case cmd.Focus(visible=visible):
            return [ev.FocusChanged(visible=visible)] if observed(interview) else []
        case cmd.CoEdit(on=on):
            if on and not interview.under_way:
                raise NotAllowed("There is nothing to edit together now. Wait until a stage has begun.")
            return [rev.CoEditSwitched(on=on)] if on != interview.co_edit else []
        case cmd.Say(text=text):
            return _say(interview, text)
        case cmd.AskFocusBlock() | cmd.FocusBlock() | cmd.EndFocusBlock():
            return _focus(interview, command)
        case cmd.Run() | cmd.RunTests() | cmd.RunBench() | cmd.Interrupt() | cmd.Restart() | cmd.Complete():
            return []
        case cmd.Inspect():
            return []
        case cmd.TerminalOpen() | cmd.TerminalType() | cmd.TerminalResize() | cmd.TerminalClose():
            return []
        case cmd.Submit() | cmd.JudgeNow():
            return []
        case _:
            assert_never(command)


def _mark(interview: Interview, command: cmd.Mark, author: ev.Author) -> list[ev.Event]:
    if not command.reason.strip():
        raise NotAllowed("A mark needs a reason: a sentence on what you saw.")
    if interview.decision is not None:
        raise NotAllowed("A decision has been made on these marks; they stand as they are.")
    if len(interview.marks) >= MAX_MARKS:
        raise NotAllowed(f"Marks were filed {MAX_MARKS} times already. What stands, stands.")
    known = interview.mark(command.axis, author)
    if known is not None and (known.score, known.reason) == (command.score, command.reason):
        return []
    return [ev.Marked(axis=command.axis, score=command.score, reason=command.reason)]


def decide_on(interview: Interview, outcome: ev.Outcome, *, name: str, reason: str) -> ev.Decided:
    """The panel's decision. Raises NotAllowed unless marks are complete and there is a name and a reason."""
    if not (name.strip() and reason.strip()):
        raise NotAllowed("A decision needs the name of whoever makes it, and a reason.")
    if interview.stage != "finished":
        raise NotAllowed("The interview is not finished. Decide when it is.")
    marking = interview.marking
    if not marking.revealed:
        missing = " and ".join(interview.name_of(one) for one in marking.raters if one not in marking.filed)
        raise NotAllowed(f"Marks of {missing} are missing. Ask for them, or take the seat back.")
    if marking.asks:
        raise NotAllowed(f"{marking.asks[0]} Invite one more interviewer to mark.")
    return ev.Decided(outcome=outcome, name=name.strip(), reason=reason.strip())


def ready_to_judge(interview: Interview) -> None:
    """Raises NotAllowed unless an interviewer may ask for a verdict now: it says what is in the files."""
    if interview.focus.until is not None:
        raise NotAllowed("Nobody looks at the files during a focus block. Ask again when it is over.")


def invite(interview: Interview, role: rev.PanelRole, name: str) -> rev.MemberInvited:
    """One more of the panel. Raises NotAllowed."""
    if len(interview.panel) > MAX_MEMBERS:
        raise NotAllowed(f"An interview can have {MAX_MEMBERS} invited people at most.")
    if any(one.name.casefold() == name.casefold() and not one.removed for one in interview.panel):
        raise NotAllowed(f"There is a {name} already. Add a surname, so that notes can be told apart.")
    return rev.MemberInvited(member=len(interview.panel), role=role, name=name)


def remove(interview: Interview, number: int) -> list[ev.Event]:
    """Take a seat back. Raises NotAllowed."""
    member = next((one for one in interview.panel if one.number == number), None)
    if member is None:
        raise NotAllowed("There is nobody with that number in the panel.")
    if number == 0:
        raise NotAllowed("Whoever the interview was made for stays in it.")
    return [] if member.removed else [rev.MemberRemoved(member=number)]


def accommodate(interview: Interview, accommodations: rev.Accommodations) -> list[ev.Event]:
    """Raises NotAllowed once the interview is over."""
    if interview.stage == "finished":
        raise NotAllowed("The interview is finished; nothing can be arranged any more.")
    changed = accommodations != interview.accommodations
    return [rev.Accommodated(accommodations=accommodations)] if changed else []


def ready_to_run(interview: Interview) -> None:
    """Raises NotAllowed unless code may run now."""
    if interview.stage != "probe":
        raise NotAllowed("Code can be run during the probe. Wait until the interviewer starts it.")
    if interview.submission is not None:
        raise NotAllowed("You have submitted; the files are frozen and no more code is run.")
    if len(interview.work.runs) >= MAX_RUNS:
        raise NotAllowed(
            f"This interview has used up its {MAX_RUNS} runs. Go on without running, then submit."
        )


def ready_to_submit(interview: Interview) -> None:
    """Raises NotAllowed unless the files may be submitted now."""
    if interview.stage != "probe":
        raise NotAllowed("Submitting is part of the probe. Wait until the interviewer starts it.")
    if interview.submission is not None:
        raise NotAllowed("You have submitted already.")


def observed(interview: Interview) -> bool:
    """Signals are kept between consent and the end, not without bound, and not of assistive technology."""
    return (
        interview.recorded and interview.accommodations.signals and len(interview.integrity) < MAX_INTEGRITY
    )


def _say(interview: Interview, text: str) -> list[ev.Event]:
    if interview.stage == "finished":
        raise NotAllowed("The interview is finished, and with it the chat.")
    if not interview.consented:
        raise NotAllowed("The chat opens once the candidate has agreed to the recording.")
    if len(interview.chat) >= MAX_MESSAGES:
        raise NotAllowed(f"The chat is full after {MAX_MESSAGES} messages. Speak instead.")
    if not text.strip():
        raise NotAllowed("Write something first.")
    return [rev.Said(text=text.strip())]


def _focus(
    interview: Interview, command: cmd.AskFocusBlock | cmd.FocusBlock | cmd.EndFocusBlock
) -> list[ev.Event]:
    if isinstance(command, cmd.EndFocusBlock):
        none = interview.focus.until is None and interview.focus.asked is None
        return [] if none else [rev.FocusBlockEnded()]
    if not interview.under_way:
        raise NotAllowed("A focus block is for the review and the build, while you work on them.")
    if interview.focus.until is not None:
        raise NotAllowed("There is a focus block already. Wait until it is over, or end it.")
    if isinstance(command, cmd.AskFocusBlock):
        return [rev.FocusBlockAsked(minutes=command.minutes)]
    return [rev.FocusBlockStarted(minutes=command.minutes)]


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
            panel=(Member(number=0, role="interviewer", name=event.interviewer_name),),
            device=event.device,
            reference=event.reference,
            synthetic=event.synthetic,
        )
    if interview is None:
        raise ValueError(f"a log starts with created, not {event.kind}")
    match event:
        case (
            ev.DocumentUpdated()
            | ev.OutputsShown()
            | ev.TerminalShown()
            | ev.KernelRestarted()
            | ev.CursorsMoved()
        ):
            return interview
        case ev.Consented():
            return replace(interview, consented=True)
        case ev.StageMoved(stage=stage):
            clock = _stage_clock(interview, stage, at)
            return replace(interview, stage=stage, clock=clock, co_edit=False, focus=FocusBlock())
        case ev.ReviewFiled():
            return replace(interview, review=event)
        case ev.ClockStarted():
            return replace(interview, clock=interview.clock.start(at))
        case ev.ClockPaused():
            return replace(interview, clock=interview.clock.pause(at))
        case ev.ClockExtended(minutes=minutes):
            return replace(interview, clock=interview.clock.extend(minutes))
        case ev.NoteAdded(note=note, text=text):
            added = Note(id=note, at=at, stage=interview.stage, text=text, author=entry.author)
            return replace(interview, notes=(*interview.notes, added), last_note=note)
        case ev.NoteEdited(note=note, text=text):
            edited = (replace(one, text=text) if one.id == note else one for one in interview.notes)
            return replace(interview, notes=tuple(one for one in edited if one.text))
        case ev.FindingTicked(finding=finding, on=on):
            others = tuple(one for one in interview.ticks if one != finding)
            return replace(interview, ticks=(*others, finding) if on else others)
        case ev.Marked(axis=axis, score=score, reason=reason):
            mark = Mark(
                axis=axis,
                score=score,
                reason=reason,
                by=interview.name_of(entry.author),
                at=at,
                author=entry.author,
                blind=not (interview.marking.revealed and entry.author in interview.marking.filed),
            )
            return replace(interview, marks=(*interview.marks, mark))
        case ev.Decided(outcome=outcome, name=name, reason=reason):
            return replace(interview, decision=Decision(outcome=outcome, name=name, reason=reason, at=at))
        case (
            ev.RunStarted()
            | ev.TestCaseReported()
            | ev.BenchRowReported()
            | ev.TokenStripReported()
            | ev.ToolStopped()
            | ev.RunFinished()
            | ev.TerminalOpened()
            | ev.TerminalResized()
            | ev.TerminalClosed()
        ):
            return replace(interview, work=wk.evolve(interview.work, event, at))
        case ev.Submitted(sha256=sha256, files=files):
            submission = Submission(sha256=sha256, at=at, files=files)
            return replace(interview, submission=submission, rejection="", co_edit=False, focus=FocusBlock())
        case ev.JudgementQueued() | ev.JudgementMade() | ev.JudgementFailed() | ev.SubmissionUnreadable():
            return _evolve_judgement(interview, event, at)
        case (
            ev.Pasted()
            | ev.BigInsert()
            | ev.FocusChanged()
            | rev.InputMethodUsed()
            | rev.RhythmBroke()
            | ev.Joined()
            | ev.Left()
        ):
            seen = _integrity(interview, event, entry.author, at)
            here = interview.here
            if isinstance(event, ev.Joined):
                here = here | {entry.author}
            elif isinstance(event, ev.Left):
                here = here - {entry.author}
            return replace(interview, integrity=(*interview.integrity, seen), here=here)
        case (
            rev.MemberInvited()
            | rev.MemberRemoved()
            | rev.CoEditSwitched()
            | rev.FocusBlockAsked()
            | rev.FocusBlockStarted()
            | rev.FocusBlockEnded()
            | rev.Said()
            | rev.OutageBegan()
            | rev.OutageEnded()
            | rev.Accommodated()
        ):
            return _evolve_room(interview, event, entry.author, at)
        case rte.Contested() | rte.ContestAnswered() | rte.DeletionAsked():
            return replace(interview, rights=rt.evolve(interview.rights, event, at))
        case _:
            assert_never(event)


def _evolve_room(interview: Interview, event: rev.RoomEvent, author: ev.Author, at: int) -> Interview:
    match event:
        case rev.MemberInvited(member=number, role=role, name=name):
            member = Member(number=number, role=role, name=name)
            return replace(interview, panel=(*interview.panel, member))
        case rev.MemberRemoved(member=number):
            panel = tuple(
                replace(one, removed=True) if one.number == number else one for one in interview.panel
            )
            return replace(interview, panel=panel)
        case rev.CoEditSwitched(on=on):
            return replace(interview, co_edit=on)
        case rev.FocusBlockAsked(minutes=minutes):
            return replace(interview, focus=replace(interview.focus, asked=minutes))
        case rev.FocusBlockStarted(minutes=minutes):
            veil = Veil(work=interview.work, integrity=interview.integrity)
            return replace(interview, focus=FocusBlock(until=at + minutes * 60_000, veil=veil))
        case rev.FocusBlockEnded():
            return replace(interview, focus=FocusBlock())
        case rev.Said(text=text):
            message = Message(at=at, author=author, text=text)
            return replace(interview, chat=(*interview.chat, message))
        case rev.OutageBegan(cause=cause, began=began):
            return replace(interview, outages=out.begin(interview.outages, cause, began))
        case rev.OutageEnded(cause=cause):
            return replace(interview, outages=out.end(interview.outages, cause, at))
        case rev.Accommodated(accommodations=accommodations):
            return replace(interview, accommodations=accommodations)
        case _:
            assert_never(event)


def as_the_panel_sees(interview: Interview) -> Interview:
    """During a focus block: as it was when the block began."""
    if (veil := interview.focus.veil) is None:
        return interview
    return replace(interview, work=veil.work, integrity=veil.integrity)


def planned_minutes(interview: Interview, stage: Literal["filter", "probe"]) -> int:
    """Of a stage, with what was arranged for the candidate."""
    minutes = interview.filter.minutes if stage == "filter" else interview.probe.minutes
    return -(-minutes * interview.accommodations.time_percent // 100)


def _stage_clock(interview: Interview, stage: ev.Stage, at: int) -> Clock:
    if stage in ("filter", "probe"):
        return Clock(minutes=planned_minutes(interview, stage)).start(at)
    return interview.clock.pause(at)


def _evolve_judgement(interview: Interview, event: sub.JudgementEvent, at: int) -> Interview:
    interview = replace(interview, judgements=sub.evolve(interview.judgements, event, at))
    if not isinstance(event, ev.SubmissionUnreadable) or interview.stage == "finished":
        return interview
    if not sub.is_of_submission(interview.judgements, event.judgement):
        return interview
    return replace(interview, submission=None, rejection=event.reason)


IntegrityEvent = (
    ev.Pasted | ev.BigInsert | ev.FocusChanged | rev.InputMethodUsed | rev.RhythmBroke | ev.Joined | ev.Left
)


def _integrity(interview: Interview, event: IntegrityEvent, author: ev.Author, at: int) -> Integrity:
    match event:
        case ev.Pasted(where=where, characters=characters, origin=origin, text=text):
            detail = f"{characters} characters into {where}"
            return Integrity(at=at, kind="paste", detail=detail, origin=origin, text=text)
        case ev.BigInsert(where=where, characters=characters, origin=origin, text=text):
            detail = f"{characters} characters at once, {where}"
            return Integrity(at=at, kind="big_insert", detail=detail, origin=origin, text=text)
        case ev.FocusChanged(visible=False):
            return Integrity(at=at, kind="away", detail="")
        case ev.FocusChanged():
            left = next((one.at for one in reversed(interview.integrity) if one.kind == "away"), None)
            lasted = None if left is None else at - left
            return Integrity(at=at, kind="back", detail="", lasted_ms=lasted)
        case rev.InputMethodUsed(where=where, characters=characters):
            return Integrity(at=at, kind="input_method", detail=f"{characters} characters into {where}")
        case rev.RhythmBroke(pause_ms=pause, characters=characters, took_ms=took, usual_cps=usual, text=text):
            detail = (
                f"{characters} characters in {took / 1000:.0f} s after {pause / 1000:.0f} s without typing; "
                f"usually {usual:.1f} a second"
            )
            return Integrity(at=at, kind="rhythm", detail=detail, text=text)
        case ev.Joined():
            return Integrity(at=at, kind="joined", detail=author)
        case ev.Left():
            return Integrity(at=at, kind="left", detail=author)
