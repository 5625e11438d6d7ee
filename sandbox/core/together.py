"""What people in a room do with each other: talk, edit together, and leave the candidate alone. Pure."""

from __future__ import annotations

from sandbox.core import commands as cmd
from sandbox.core import events as ev
from sandbox.core import room_events as rev
from sandbox.core.interview import Interview
from sandbox.core.refusal import NotAllowed

MAX_MESSAGES = 1_000


def co_edit(interview: Interview, *, on: bool) -> list[ev.Event]:
    """Raises NotAllowed."""
    if on and not interview.under_way:
        raise NotAllowed("There is nothing to edit together now. Wait until a stage has begun.")
    return [rev.CoEditSwitched(on=on)] if on != interview.co_edit else []


def say(interview: Interview, text: str) -> list[ev.Event]:
    """Raises NotAllowed."""
    if interview.stage == "finished":
        raise NotAllowed("The interview is finished, and with it the chat.")
    if not interview.consented:
        raise NotAllowed("The chat opens once the candidate has agreed to the recording.")
    if len(interview.chat) >= MAX_MESSAGES:
        raise NotAllowed(f"The chat is full after {MAX_MESSAGES} messages. Speak instead.")
    if not text.strip():
        raise NotAllowed("Write something first.")
    return [rev.Said(text=text.strip())]


def focus_block(
    interview: Interview, command: cmd.AskFocusBlock | cmd.FocusBlock | cmd.EndFocusBlock
) -> list[ev.Event]:
    """Ask for one, begin one, or end it. Raises NotAllowed."""
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
