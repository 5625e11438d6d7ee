"""What can happen between the people in a room: panel, focus blocks, chat, outages, accommodations.

Part of the closed union in `sandbox.core.events`. Who did it and when stand beside each, in its `Entry`.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from wire.base import Wire

OutageCause = Literal["server", "connection", "sandbox"]
PanelRole = Literal["interviewer", "watcher"]
Origin = Literal["room", "outside", "unknown"]
"""Whether text was in the room before it was put where it is now."""


class MemberInvited(Wire):
    kind: Literal["member-invited"] = "member-invited"
    member: int
    role: PanelRole
    name: str


class MemberRemoved(Wire):
    kind: Literal["member-removed"] = "member-removed"
    member: int


class CoEditSwitched(Wire):
    """Whether interviewers may change the document."""

    kind: Literal["co-edit"] = "co-edit"
    on: bool


class FocusBlockAsked(Wire):
    kind: Literal["focus-asked"] = "focus-asked"
    minutes: int


class FocusBlockStarted(Wire):
    """From now on nobody but the candidate is shown what happens; it is recorded as ever."""

    kind: Literal["focus-started"] = "focus-started"
    minutes: int


class FocusBlockEnded(Wire):
    kind: Literal["focus-ended"] = "focus-ended"


class Said(Wire):
    """A message in the chat."""

    kind: Literal["said"] = "said"
    text: str


class OutageBegan(Wire):
    kind: Literal["outage"] = "outage"
    cause: OutageCause
    began: int
    """Epoch ms. Before the event's own time where an outage is noticed late."""


class OutageEnded(Wire):
    kind: Literal["outage-ended"] = "outage-ended"
    cause: OutageCause


class Accommodations(Wire):
    """What was arranged for this candidate. Apart from marks, and never in a report."""

    time_percent: int = Field(default=100, ge=100, le=300)
    """Of a stage's planned minutes."""
    timer_hidden: bool = False
    screen_reader: bool = False
    assistive_input: bool = False
    """Dictation, an input method, or a device that inserts text in bulk."""

    @property
    def signals(self) -> bool:
        """Whether pastes, inserts, focus and rhythm say anything: not with assistive technology."""
        return not (self.screen_reader or self.assistive_input)


class Accommodated(Wire):
    kind: Literal["accommodated"] = "accommodated"
    accommodations: Accommodations


class InputMethodUsed(Wire):
    """Text that came in bulk from an input method, and so was typed."""

    kind: Literal["input-method"] = "input-method"
    where: str
    characters: int


class RhythmBroke(Wire):
    """After a pause, typing that is much faster than this person's own."""

    kind: Literal["rhythm"] = "rhythm"
    pause_ms: int
    characters: int
    took_ms: int
    usual_cps: float
    """Characters a second, in bursts before this one."""
    text: str


RoomEvent = (
    MemberInvited
    | MemberRemoved
    | CoEditSwitched
    | FocusBlockAsked
    | FocusBlockStarted
    | FocusBlockEnded
    | Said
    | OutageBegan
    | OutageEnded
    | Accommodated
)
