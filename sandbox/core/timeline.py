"""The log in words, for the report: what happened when, without every keystroke. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sandbox.core import events as ev
from sandbox.core.access import author_of, role_of
from sandbox.core.rights_events import ContestAnswered, Contested, DeletionAsked
from sandbox.core.room_events import (
    CoEditSwitched,
    FocusBlockAsked,
    FocusBlockEnded,
    FocusBlockStarted,
    InputMethodUsed,
    MemberInvited,
    MemberRemoved,
    OutageBegan,
    OutageCause,
    OutageEnded,
    RhythmBroke,
    Said,
)
from wire.base import Wire

TYPING_GAP_MS = 60_000
"""Typing with shorter pauses than this is one line."""


STAGE_NAMES: Mapping[ev.Stage, str] = {
    "lobby": "Lobby",
    "filter": "Review",
    "probe": "Build",
    "finished": "Finished",
}
"""As people know them."""

OUTAGE_BEGAN: Mapping[OutageCause, str] = {
    "server": "The server was down.",
    "connection": "The candidate's connection was lost.",
    "sandbox": "The sandbox was lost.",
}
OUTAGE_ENDED: Mapping[OutageCause, str] = {
    "server": "The candidate is back after the server was.",
    "connection": "The candidate's connection is back.",
    "sandbox": "The sandbox is back.",
}


CANDIDATE_KINDS = frozenset(
    {"created", "consented", "stage", "review", "clock-started", "clock-paused", "clock-extended"}
    | {"typing", "run", "run-finished", "kernel-restarted", "submitted", "paste", "big-insert", "focus"}
    | {"input-method", "rhythm", "contested", "contest-answered", "deletion-asked"}
)
"""Of the timeline, what a candidate's copy shows: what they did and what was recorded about it."""


class Moment(Wire):
    at: int
    kind: str
    text: str


def timeline(entries: Iterable[ev.Entry], *, suggestion: bool) -> tuple[Moment, ...]:
    """One line for each event that a reader would look for.

    ``suggestion``: whether the reader may see what the machine suggests (`Panel.shows_suggestion`).
    """
    moments: list[Moment] = []
    names: dict[ev.Author, str] = {}
    typed_at = 0
    for entry in entries:
        if isinstance(entry.event, ev.DocumentUpdated):
            if entry.author == "candidate" and entry.at_ms - typed_at > TYPING_GAP_MS:
                moments.append(Moment(at=entry.at_ms, kind="typing", text="The candidate types."))
            typed_at = entry.at_ms
            continue
        if isinstance(entry.event, MemberInvited):
            names[author_of(entry.event.role, entry.event.member)] = entry.event.name
        who = names.get(entry.author, "")
        if (text := describe(entry, who, suggestion=suggestion)) is not None:
            moments.append(Moment(at=entry.at_ms, kind=entry.event.kind, text=text))
    return tuple(moments)


def describe(entry: ev.Entry, who: str = "", *, suggestion: bool) -> str | None:
    """An event in a sentence, or None for one that is only a part of another, or is nobody's business.

    Accommodations are never told: they stand apart from everything that is scored. ``who``: its author,
    as people know them. ``suggestion``: whether a judgement's line tells what the machine suggests.
    """
    who = who or f"The {role_of(entry.author)}"
    match entry.event:
        case ev.Created(candidate_name=name):
            return f"Interview with {name} created."
        case ev.Consented():
            return "The candidate agreed to the recording."
        case ev.StageMoved(stage=stage):
            return f"Stage: {STAGE_NAMES[stage]}."
        case ev.ReviewFiled(comments=comments):
            return f"Review filed with {len(comments)} comment{'' if len(comments) == 1 else 's'}."
        case ev.ClockStarted():
            return "Clock started."
        case ev.ClockPaused():
            return "Clock paused."
        case ev.ClockExtended(minutes=minutes):
            return f"{minutes} minutes added."
        case ev.NoteAdded(text=text):
            return f"Note: {_short(text)}"
        case ev.NoteEdited(text=text):
            return f"Note edited: {_short(text)}" if text else "Note deleted."
        case ev.FindingTicked(finding=finding, on=on):
            return f"{'Ticked' if on else 'Unticked'}: {finding}."
        case ev.Marked(axis=axis):
            return f"Mark filed on {axis}."  # the score itself only where it may be seen
        case ev.Decided(outcome=outcome, name=name):
            return f"Decided by {_short(name)}: {outcome}."
        case ev.RunStarted(run=run, label=label):
            return f"Run {run}: {_short(label)}."
        case ev.RunFinished(run=run, outcome=outcome):
            return f"Run {run} ended: {outcome}."
        case ev.TerminalOpened():
            return "Terminal opened."
        case ev.TerminalTyped(by=by):
            who = "The candidate" if by == "candidate" else "An interviewer"
            return f"{who} types in the terminal now."
        case ev.TerminalClosed(why=why):
            return f"Terminal closed: {_short(why)}."
        case ev.KernelRestarted():
            return "Kernel restarted."
        case ev.Submitted(sha256=sha256):
            return f"Submitted, sha256 {sha256[:12]}."
        case ev.JudgementQueued(judgement=judgement, by=by, budget=budget):
            return f"Judgement {judgement} asked for ({by}, {budget})."
        case ev.JudgementMade(judgement=judgement, scorecard=scorecard):
            says = f"suggests {scorecard.score.suggested} of 5" if suggestion else "made"
            return f"Judgement {judgement}: {says}."
        case ev.JudgementFailed(judgement=judgement, fault=fault):
            return f"Judgement {judgement} failed: {_short(fault)}"
        case ev.SubmissionUnreadable(judgement=judgement, reason=reason):
            return f"Judgement {judgement}: the files could not be read. {_short(reason)}"
        case ev.Pasted(where=where, characters=characters):
            return f"Paste of {characters} characters into {_short(where)}."
        case ev.BigInsert(characters=characters, where=where):
            return f"{characters} characters at once, {where}, without a paste."
        case ev.FocusChanged(visible=visible):
            return "The candidate came back to the page." if visible else "The candidate left the page."
        case InputMethodUsed(where=where, characters=characters):
            return f"{characters} characters from an input method into {_short(where)}."
        case RhythmBroke(characters=characters, took_ms=took):
            return f"{characters} characters typed in {took / 1000:.0f} s, after a pause."
        case ev.Joined():
            return f"{who} came."
        case ev.Left():
            return f"{who} left."
        case MemberInvited(name=name, role=role):
            return f"{_short(name)} invited as {role}."
        case MemberRemoved():
            return "A seat of the panel was taken back."
        case CoEditSwitched(on=on):
            return f"{who} {'allowed' if on else 'ended'} editing together."
        case FocusBlockAsked(minutes=minutes):
            return f"The candidate asked for {minutes} minutes of focus."
        case FocusBlockStarted(minutes=minutes):
            return f"Focus block of {minutes} minutes: nobody watches."
        case FocusBlockEnded():
            return "Focus block ended."
        case Said(text=text):
            return f"{who} wrote: {_short(text)}"
        case OutageBegan(cause=cause):
            return OUTAGE_BEGAN[cause]
        case OutageEnded(cause=cause):
            return OUTAGE_ENDED[cause]
        case Contested(text=text):
            return f"The candidate contests the decision: {_short(text)}"
        case ContestAnswered(name=name, text=text):
            return f"{_short(name)} answers: {_short(text)}"
        case DeletionAsked():
            return "The candidate asks for deletion."
        case _:
            return None


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 160 else line[:159] + "…"
