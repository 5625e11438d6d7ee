"""Marks of a panel: filed blind, shown together, added up; and when one more is needed. Pure.

Nobody sees another's mark before their own are filed and all raters have filed: ratings drift towards the
first that is heard. A total near the threshold turns on single points that people do not agree on to the
point, so 7 to 8, or two marks on one axis that are two or more apart, ask for one more blind rater.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import get_args

from sandbox.core.scoring import PROGRESS_THRESHOLD
from wire.challenge import Axis

AXES: tuple[Axis, ...] = get_args(Axis)
FAR_APART = 2
CLOSE_CALL = (PROGRESS_THRESHOLD - 1, PROGRESS_THRESHOLD)
STANDARD_ERROR = 0.5
"""Assumed of one mark on one axis, in points, until a cohort's agreement says better."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """One person's mark on one axis, as it stands."""

    author: str
    axis: Axis
    score: int
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """The arithmetic total: on each axis the mean of the marks, then the sum."""

    value: float
    low: float
    high: float
    """One standard error around it, inside 0 to 10."""

    @property
    def progresses(self) -> bool:
        return self.value >= PROGRESS_THRESHOLD


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Where the marking stands."""

    raters: tuple[str, ...]
    filed: tuple[str, ...]
    """Raters with a mark on every axis."""
    asks: tuple[str, ...]
    """Why one more blind rater is needed, in sentences; empty once there was one, or when none is."""
    total: Total | None
    """None until all raters have filed."""

    @property
    def revealed(self) -> bool:
        return bool(self.raters) and len(self.filed) == len(self.raters)

    @property
    def complete(self) -> bool:
        """Whether a decision may rest on it."""
        return self.revealed and not self.asks

    def shows(self, viewer: str, author: str) -> bool:
        """Whether ``viewer`` may see the mark of ``author``: their own, and all once all raters filed."""
        return viewer == author or self.revealed

    def shows_suggestion(self, viewer: str) -> bool:
        """The machine's suggestion is one more opinion: a rater reads it after filing."""
        return viewer not in self.raters or viewer in self.filed


def assess(raters: Collection[str], marks: Sequence[Filed]) -> Panel:
    """``raters``: who is to mark. Marks of others are ignored: a rater who was removed does not count."""
    ordered = tuple(sorted(raters))
    by_rater = {rater: {mark.axis: mark for mark in marks if mark.author == rater} for rater in ordered}
    filed = tuple(rater for rater in ordered if len(by_rater[rater]) == len(AXES))
    counted = [by_rater[rater] for rater in filed]
    if not ordered or len(filed) < len(ordered):
        return Panel(raters=ordered, filed=filed, asks=(), total=None)
    return Panel(raters=ordered, filed=filed, asks=_asks(counted), total=_total(counted))


def _total(counted: Sequence[dict[Axis, Filed]]) -> Total:
    value = sum(sum(one[axis].score for one in counted) / len(counted) for axis in AXES)
    error = STANDARD_ERROR * math.sqrt(len(AXES) / len(counted))
    return Total(value=value, low=max(0.0, value - error), high=min(10.0, value + error))


def _asks(counted: Sequence[dict[Axis, Filed]]) -> tuple[str, ...]:
    """What the raters before the last one leave open, unless the last one was that one more.

    The rater who filed last is taken as the extra one where those before asked for it.
    """
    in_order = sorted(counted, key=lambda one: max(mark.at for mark in one.values()))
    if len(in_order) > 1 and _open(in_order[:-1]):
        return ()
    return _open(in_order)


def _open(counted: Sequence[dict[Axis, Filed]]) -> tuple[str, ...]:
    reasons = []
    for axis in AXES:
        scores = [one[axis].score for one in counted]
        if max(scores) - min(scores) >= FAR_APART:
            reasons.append(
                f"The marks on {axis} are {max(scores) - min(scores)} apart; one more blind mark is needed."
            )
    total = _total(counted).value
    if CLOSE_CALL[0] <= total <= CLOSE_CALL[1]:
        reasons.append(f"The total of {total:g} is a close call; one more blind mark is needed.")
    return tuple(reasons)
