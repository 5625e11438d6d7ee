"""How hard the interview is, and how well it measures, from all interviews that have a total. Pure.

Aimed at: one candidate in twenty reaches the threshold. A cohort of a challenge version is small for a
long time, so every figure has its interval and its n, or the words that there is too little to say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import get_args

import numpy as np
from scipy import stats

from sandbox.core.estimates import Discrimination, Estimate, Share, agreement, discrimination, drift, share
from sandbox.core.panel_marks import AXES
from sandbox.core.scoring import PROGRESS_THRESHOLD
from wire.base import Wire
from wire.challenge import Axis
from wire.scorecard import CheckName, Status

AIM = 1 / 20
FEWEST_FOR_QUARTILES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One finished interview, reduced to what the statistics read."""

    interview: str
    at: int
    """When its last mark was filed, in milliseconds."""
    versions: tuple[str, ...]
    """Slug and version of each challenge."""
    marks: dict[Axis, tuple[int, ...]]
    """The blind marks on each axis; one for each rater."""
    total: float
    passed: dict[CheckName, bool]
    """The judge's checks that came to an end; empty when nothing was judged."""
    first_pass_ms: int | None
    """From the start of the probe to the first run in which all visible tests passed."""
    synthetic: bool = False

    @property
    def reached(self) -> bool:
        return self.total >= PROGRESS_THRESHOLD


class Difficulty(Wire):
    versions: tuple[str, ...]
    reached: Share
    p_value: float | None
    """Exact, that one in twenty would give such a share or a stranger one: twice the smaller tail, which is
    the test that the share's interval turns round, so that both say the same."""


class Distribution(Wire):
    axis: Axis
    counts: tuple[int, ...]
    """How many marks of 0, 1, ... 5."""


class CheckLine(Wire):
    check: CheckName
    discrimination: Discrimination


class Raters(Wire):
    axis: Axis
    agreement: Estimate
    drift: Estimate


class Quartiles(Wire):
    """Minutes."""

    n: int
    low: float | None
    median: float | None
    high: float | None
    never: int
    """Interviews in which the visible tests never all passed."""


class Calibration(Wire):
    aim: float
    threshold: int
    interviews: int
    synthetic: int
    difficulty: tuple[Difficulty, ...]
    distributions: tuple[Distribution, ...]
    totals: tuple[int, ...]
    """How many totals round down to 0, 1, ... 10."""
    checks: tuple[CheckLine, ...]
    raters: tuple[Raters, ...]
    first_pass: Quartiles


def calibrate(cases: Sequence[Case]) -> Calibration:
    """Figures over ``cases``, whatever their order."""
    ordered = sorted(cases, key=lambda one: (one.at, one.interview))
    return Calibration(
        aim=AIM,
        threshold=PROGRESS_THRESHOLD,
        interviews=len(ordered),
        synthetic=sum(one.synthetic for one in ordered),
        difficulty=_difficulty(ordered),
        distributions=tuple(_distribution(axis, ordered) for axis in AXES),
        totals=tuple(sum(int(one.total) == total for one in ordered) for total in range(11)),
        checks=_checks(ordered),
        raters=tuple(_raters(axis, ordered) for axis in AXES),
        first_pass=_first_pass(ordered),
    )


def _difficulty(cases: Sequence[Case]) -> tuple[Difficulty, ...]:
    by_version = groupby(sorted(cases, key=lambda one: one.versions), key=lambda one: one.versions)
    lines = []
    for versions, group in by_version:
        reached = [one.reached for one in group]
        k, n = sum(reached), len(reached)
        lines.append(
            Difficulty(
                versions=versions,
                reached=share(k, n),
                p_value=_p_value(k, n),
            )
        )
    return tuple(lines)


def _p_value(k: int, n: int) -> float:
    tails = (stats.binomtest(k, n, AIM, alternative=side).pvalue for side in ("less", "greater"))
    return min(1.0, 2 * float(min(tails)))


def _distribution(axis: Axis, cases: Sequence[Case]) -> Distribution:
    marks = [mark for one in cases for mark in one.marks.get(axis, ())]
    return Distribution(axis=axis, counts=tuple(marks.count(score) for score in range(6)))


def _checks(cases: Sequence[Case]) -> tuple[CheckLine, ...]:
    lines = []
    for check in get_args(CheckName):
        pairs = [(one.passed[check], one.reached) for one in cases if check in one.passed]
        if pairs:
            lines.append(CheckLine(check=check, discrimination=discrimination(pairs)))
    return tuple(lines)


def _raters(axis: Axis, cases: Sequence[Case]) -> Raters:
    marks = [one.marks[axis] for one in cases if one.marks.get(axis)]
    return Raters(axis=axis, agreement=agreement(marks), drift=drift([float(np.mean(one)) for one in marks]))


def _first_pass(cases: Sequence[Case]) -> Quartiles:
    minutes = [one.first_pass_ms / 60_000 for one in cases if one.first_pass_ms is not None]
    n, never = len(minutes), len(cases) - len(minutes)
    if n < FEWEST_FOR_QUARTILES:
        return Quartiles(n=n, low=None, median=None, high=None, never=never)
    low, median, high = (float(one) for one in np.quantile(minutes, [0.25, 0.5, 0.75]))
    return Quartiles(n=n, low=low, median=median, high=high, never=never)


def decided(status: Status) -> bool | None:
    """Whether a check passed; None when it did not come to an end."""
    return {Status.PASS: True, Status.FAIL: False}.get(status)
