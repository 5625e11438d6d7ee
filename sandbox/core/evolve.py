"""What an event changes: an interview is ``functools.reduce(evolve, entries, None)``. Pure.

Each part of an interview says how it evolves; here stands what one event changes in several of them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from sandbox.core import events as ev
from sandbox.core import focus as foc
from sandbox.core import outage as out
from sandbox.core import people as ppl
from sandbox.core import rights as rt
from sandbox.core import rights_events as rte
from sandbox.core import room_events as rev
from sandbox.core import submissions as sub
from sandbox.core import work as wk
from sandbox.core.clock import Clock
from sandbox.core.focus import FocusBlock, Veil
from sandbox.core.integrity import signal
from sandbox.core.interview import Interview
from sandbox.core.marks import Decision, Mark
from sandbox.core.notes import Note, edited, ticked
from sandbox.core.people import Member, Message
from sandbox.core.submissions import Submission


def evolve(interview: Interview | None, entry: ev.Entry) -> Interview:
    """The interview after ``entry``; ``None`` is the interview before its first event."""
    event, at = entry.event, entry.at_ms
    if isinstance(event, ev.Created):
        return _created(event, at)
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
        case ev.NoteEdited():
            return replace(interview, notes=edited(interview.notes, event))
        case ev.FindingTicked():
            return replace(interview, ticks=ticked(interview.ticks, event))
        case ev.Marked():
            return replace(interview, marks=(*interview.marks, _mark(interview, event, entry.author, at)))
        case ev.Decided(outcome=outcome, name=name, reason=reason):
            return replace(interview, decision=Decision(outcome=outcome, name=name, reason=reason, at=at))
        case (
            ev.RunStarted()
            | ev.TestCaseReported()
            | ev.BenchRowReported()
            | ev.TokenStripReported()
            | ev.BenchTextReported()
            | ev.ToolStopped()
            | ev.RunFinished()
            | ev.TerminalOpened()
            | ev.TerminalTyped()
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
            seen = signal(interview.integrity, event, entry.author, at)
            here = _here(interview.here, event, entry.author)
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
        case rev.MemberInvited() | rev.MemberRemoved():
            return replace(interview, panel=ppl.evolve(interview.panel, event))
        case rev.CoEditSwitched(on=on):
            return replace(interview, co_edit=on)
        case rev.FocusBlockAsked() | rev.FocusBlockStarted() | rev.FocusBlockEnded():
            veil = Veil(work=interview.work, integrity=interview.integrity)
            return replace(interview, focus=foc.evolve(interview.focus, event, at, veil))
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


def _stage_clock(interview: Interview, stage: ev.Stage, at: int) -> Clock:
    if stage in ("filter", "probe"):
        return Clock(minutes=interview.planned_minutes(stage)).start(at)
    return interview.clock.pause(at)


def _evolve_judgement(interview: Interview, event: sub.JudgementEvent, at: int) -> Interview:
    interview = replace(interview, judgements=sub.evolve(interview.judgements, event, at))
    if not isinstance(event, ev.SubmissionUnreadable) or interview.stage == "finished":
        return interview
    if not sub.is_of_submission(interview.judgements, event.judgement):
        return interview
    return replace(interview, submission=None, rejection=event.reason)


def _here(here: frozenset[ev.Author], event: ev.Event, author: ev.Author) -> frozenset[ev.Author]:
    match event:
        case ev.Joined():
            return here | {author}
        case ev.Left():
            return here - {author}
        case _:
            return here


def _mark(interview: Interview, event: ev.Marked, author: ev.Author, at: int) -> Mark:
    marking = interview.marking
    return Mark(
        axis=event.axis,
        score=event.score,
        reason=event.reason,
        by=interview.name_of(author),
        at=at,
        author=author,
        blind=not (marking.revealed and author in marking.filed),
    )


def _created(event: ev.Created, at: int) -> Interview:
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
