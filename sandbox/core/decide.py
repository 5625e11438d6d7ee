"""Which events a command causes: the table of all commands. Pure."""

from __future__ import annotations

from typing import assert_never

from sandbox.core import commands as cmd
from sandbox.core import events as ev
from sandbox.core import room_events as rev
from sandbox.core.decision import mark
from sandbox.core.interview import Interview
from sandbox.core.origin import excerpt
from sandbox.core.refusal import NotAllowed
from sandbox.core.stages import move, turn_clock
from sandbox.core.together import co_edit, focus_block, say

MAX_NOTES = 1_000


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
    Commands that touch the sandbox or the judge cause no event here; `readiness` says when they may.
    """
    match command:
        case cmd.Consent():
            return [] if interview.consented else [ev.Consented()]
        case cmd.MoveStage(stage=stage):
            return move(interview, stage)
        case cmd.Clock():
            return turn_clock(interview, command)
        case cmd.AddNote(text=text):
            return _add_note(interview, text)
        case cmd.EditNote(note=note, text=text):
            return _edit_note(interview, note, text, author)
        case cmd.Tick(finding=finding, on=on):
            if finding not in findings:
                raise NotAllowed("The rubric has no such line. Reload the page.")
            return [ev.FindingTicked(finding=finding, on=on)] if (finding in interview.ticks) != on else []
        case cmd.Mark():
            return mark(interview, command, author)
        case cmd.Paste(where=where, characters=characters, text=text):
            pasted = ev.Pasted(where=where, characters=characters, origin=origin, text=excerpt(text))
            return [pasted] if interview.observed else []
        case cmd.InputMethod(where=where, characters=characters):
            used = rev.InputMethodUsed(where=where, characters=characters)
            return [used] if interview.observed else []
        case cmd.Focus(visible=visible):
            return [ev.FocusChanged(visible=visible)] if interview.observed else []
        case cmd.CoEdit(on=on):
            return co_edit(interview, on=on)
        case cmd.Say(text=text):
            return say(interview, text)
        case cmd.AskFocusBlock() | cmd.FocusBlock() | cmd.EndFocusBlock():
            return focus_block(interview, command)
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


def _add_note(interview: Interview, text: str) -> list[ev.Event]:
    if len(interview.notes) >= MAX_NOTES:
        raise NotAllowed(f"There are {MAX_NOTES} notes already. Edit one of them.")
    return [ev.NoteAdded(note=interview.last_note + 1, text=text)]


def _edit_note(interview: Interview, note: int, text: str, author: ev.Author) -> list[ev.Event]:
    known = next((one for one in interview.notes if one.id == note), None)
    if known is None:
        raise NotAllowed("That note is gone. Write a new one.")
    if known.author != author:
        raise NotAllowed("Only whoever wrote a note can change it. Write one of your own.")
    return [ev.NoteEdited(note=note, text=text)]
