"""Focus blocks: minutes during which nobody watches. The recording goes on. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sandbox.core import room_events as rev
from sandbox.core.integrity import Integrity
from sandbox.core.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Veil:
    """How things stood when a block began: what the panel sees until it ends."""

    work: Work
    integrity: tuple[Integrity, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FocusBlock:
    asked: int | None = None
    """Minutes that the candidate would like."""
    until: int | None = None
    """Epoch ms; None while there is no block."""
    veil: Veil | None = None


FocusEvent = rev.FocusBlockAsked | rev.FocusBlockStarted | rev.FocusBlockEnded


def evolve(focus: FocusBlock, event: FocusEvent, at: int, veil: Veil) -> FocusBlock:
    """``at``: epoch ms. ``veil``: how things stand."""
    match event:
        case rev.FocusBlockAsked(minutes=minutes):
            return replace(focus, asked=minutes)
        case rev.FocusBlockStarted(minutes=minutes):
            return FocusBlock(until=at + minutes * 60_000, veil=veil)
        case rev.FocusBlockEnded():
            return FocusBlock()
