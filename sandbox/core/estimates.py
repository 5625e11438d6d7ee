"""Estimates from small cohorts, each with its interval and the count that it rests on. Pure.

The statistics are scipy's and krippendorff's; what is ours is when to say nothing. An interval is given
however wide it is; a figure that would mislead without one is withheld below a count that is named.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence

import krippendorff
import numpy as np
from scipy import stats

from wire.base import Wire

CONFIDENCE = 0.95
RESAMPLES = 1_000
FEWEST_FOR_AGREEMENT = 10
FEWEST_FOR_DRIFT = 10
FEWEST_ON_EACH_SIDE = 5


class Share(Wire):
    """``k`` of ``n`` with the Clopper-Pearson interval, which holds at any n (Clopper & Pearson 1934)."""

    k: int
    n: int
    value: float | None
    low: float
    high: float


class Estimate(Wire):
    """A figure with its interval, or in ``too_few`` why there is none."""

    value: float | None = None
    low: float | None = None
    high: float | None = None
    n: int
    too_few: str = ""


def share(k: int, n: int) -> Share:
    """Raises ValueError unless 0 <= k <= n."""
    if not 0 <= k <= n:
        raise ValueError(f"{k} of {n} is no share")
    if n == 0:
        return Share(k=0, n=0, value=None, low=0.0, high=1.0)
    interval = stats.binomtest(k, n).proportion_ci(CONFIDENCE, method="exact")
    return Share(k=k, n=n, value=k / n, low=float(interval.low), high=float(interval.high))


def agreement(marks: Sequence[Sequence[int]]) -> Estimate:
    """Krippendorff's alpha for ordinal marks 0-5, with a percentile bootstrap over interviews.

    ``marks``: for each interview the blind marks of its raters on one axis, in any order; interviews with
    fewer than two say nothing and are left out. 1 is perfect, 0 is what chance gives (Krippendorff,
    Content Analysis, chapter 12).
    """
    rated = [tuple(one) for one in marks if len(one) > 1]
    n = len(rated)
    if n < FEWEST_FOR_AGREEMENT:
        return Estimate(n=n, too_few=f"{n} of {FEWEST_FOR_AGREEMENT} interviews with two marks or more.")
    if len({mark for one in rated for mark in one}) == 1:
        return Estimate(n=n, too_few="All marks are the same: agreement beyond chance cannot be told.")
    random = np.random.default_rng(0)  # fixed: the page shows the same interval each time it is opened
    resampled = [
        alpha
        for _ in range(RESAMPLES)
        if (alpha := _alpha([rated[at] for at in random.integers(0, n, n)])) is not None
    ]
    low, high = np.quantile(resampled, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return Estimate(value=_alpha(rated), low=float(low), high=float(high), n=n)


def _alpha(rated: Sequence[Sequence[int]]) -> float | None:
    """None where every mark is the same."""
    counts = np.array([[list(one).count(mark) for mark in range(6)] for one in rated])
    if np.count_nonzero(counts.sum(axis=0)) < 2:
        return None
    return float(
        krippendorff.alpha(value_counts=counts, value_domain=list(range(6)), level_of_measurement="ordinal")
    )


def drift(marks: Sequence[float]) -> Estimate:
    """Kendall's tau-b between the order in time and the mark: above 0, marks have been rising.

    The interval is Fisher's on tau with the variance of Fieller, Hartley & Pearson (1957), 0.437 / (n - 4).
    """
    n = len(marks)
    if n < FEWEST_FOR_DRIFT:
        return Estimate(n=n, too_few=f"{n} of {FEWEST_FOR_DRIFT} marks.")
    tau = float(stats.kendalltau(range(n), marks).statistic)
    if math.isnan(tau):
        return Estimate(n=n, too_few="All marks are the same.")
    half = float(stats.norm.ppf((1 + CONFIDENCE) / 2)) * math.sqrt(0.437 / (n - 4))
    middle = math.atanh(max(-0.999, min(0.999, tau)))
    return Estimate(value=tau, low=math.tanh(middle - half), high=math.tanh(middle + half), n=n)


class Discrimination(Wire):
    """Whether those who pass a check reach the threshold more often than those who do not."""

    passed: Share
    """Of those who pass the check, how many reach the threshold."""
    not_passed: Share
    odds_ratio: Estimate
    """Conditional odds ratio with its exact interval (Cornfield); above 1, the check discriminates."""


def discrimination(reached: Sequence[tuple[bool, bool]]) -> Discrimination:
    """``reached``: for each interview whether the check passed, and whether the threshold was reached."""
    with_pass = [reach for passed, reach in reached if passed]
    without = [reach for passed, reach in reached if not passed]
    a, c = sum(with_pass), sum(without)
    b, d = len(with_pass) - a, len(without) - c
    return Discrimination(
        passed=share(a, a + b), not_passed=share(c, c + d), odds_ratio=_odds_ratio(a, b, c, d)
    )


def _odds_ratio(a: int, b: int, c: int, d: int) -> Estimate:
    n = a + b + c + d
    if min(a + b, c + d) < FEWEST_ON_EACH_SIDE:
        return Estimate(n=n, too_few=f"Fewer than {FEWEST_ON_EACH_SIDE} on one side.")
    if min(a + c, b + d) == 0:
        return Estimate(n=n, too_few="All reached the threshold, or none did.")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # an empty cell: the ratio is infinite, and said so
        result = stats.contingency.odds_ratio([[a, b], [c, d]])
        interval = result.confidence_interval(CONFIDENCE)
    return Estimate(value=finite(result.statistic), low=finite(interval.low), high=finite(interval.high), n=n)


def finite(value: float) -> float | None:
    """JSON has no infinity: None stands for one, and the page writes it as no bound."""
    return float(value) if math.isfinite(value) else None
