"""Marks as they were filed, and the decision that rests on them. Pure; `panel_marks` adds them up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sandbox.core import events as ev
from sandbox.core.panel_marks import Filed, Panel, assess
from sandbox.core.people import Members
from wire.challenge import Axis

Marks = tuple["Mark", ...]
"""All that were ever filed, in order; a later one of the same author and axis stands."""


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


def standing(marks: Iterable[Mark]) -> Marks:
    """The last mark of each person on each axis."""
    return tuple({(one.author, one.axis): one for one in marks}.values())


def marking(panel: Members, marks: Iterable[Mark]) -> Panel:
    """Where the panel's marking stands: everybody who is an interviewer rates."""
    raters = [one.author for one in panel if one.role == "interviewer" and not one.removed]
    filed = [Filed(author=one.author, axis=one.axis, score=one.score, at=one.at) for one in standing(marks)]
    return assess(raters, filed)
