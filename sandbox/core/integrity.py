"""Signals: facts about an interview with their times. Nothing concludes anything from them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sandbox.core import events as ev
from sandbox.core import room_events as rev

SignalKind = Literal["paste", "away", "back", "joined", "left", "big_insert", "input_method", "rhythm"]
IntegrityEvent = (
    ev.Pasted | ev.BigInsert | ev.FocusChanged | rev.InputMethodUsed | rev.RhythmBroke | ev.Joined | ev.Left
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Integrity:
    at: int
    kind: SignalKind
    detail: str
    """joined, left: the author; the others: words."""
    origin: rev.Origin = "unknown"
    text: str = ""
    """Its beginning, where it concerns a text."""
    lasted_ms: int | None = None
    """back: how long the page was hidden."""


def signal(earlier: Sequence[Integrity], event: IntegrityEvent, author: ev.Author, at: int) -> Integrity:
    """What an event adds to the signals there were. ``at``: epoch ms."""
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
            left = next((one.at for one in reversed(earlier) if one.kind == "away"), None)
            lasted = None if left is None else at - left
            return Integrity(at=at, kind="back", detail="", lasted_ms=lasted)
        case rev.InputMethodUsed(where=where, characters=characters):
            return Integrity(at=at, kind="input_method", detail=f"{characters} characters into {where}")
        case rev.RhythmBroke(text=text):
            return Integrity(at=at, kind="rhythm", detail=_rhythm(event), text=text)
        case ev.Joined():
            return Integrity(at=at, kind="joined", detail=author)
        case ev.Left():
            return Integrity(at=at, kind="left", detail=author)


def _rhythm(broke: rev.RhythmBroke) -> str:
    return (
        f"{broke.characters} characters in {broke.took_ms / 1000:.0f} s "
        f"after {broke.pause_ms / 1000:.0f} s without typing; usually {broke.usual_cps:.1f} a second"
    )
