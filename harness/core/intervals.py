"""Intervals for ratios of sums over trials, the one shape that the economy's figures have. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from wire.scorecard import Measurement

Z95 = 1.96


def ratio_of_sums(name: str, above: Sequence[float], below: Sequence[float], unit: str) -> Measurement:
    """``sum(above) / sum(below)`` over trials with a 95 % interval from the trials' own spread (delta method).

    Raises:
        ValueError: no trials, or the denominators add up to nothing.
    """
    top, bottom = np.asarray(above, dtype=float), np.asarray(below, dtype=float)
    if not len(top) or bottom.sum() <= 0:
        raise ValueError(f"{name}: nothing to divide by in {len(top)} trials")
    ratio = float(top.sum() / bottom.sum())
    deviations = top - ratio * bottom
    count = len(top)
    spread = float(np.sqrt((deviations**2).sum() * count / max(count - 1, 1))) / float(bottom.sum())
    half = Z95 * spread
    return Measurement(name=name, value=ratio, low=ratio - half, high=ratio + half, unit=unit, n=count)


def exact(name: str, value: float, unit: str, n: int = 1) -> Measurement:
    """A count, or a bound computed without sampling."""
    return Measurement(name=name, value=value, low=value, high=value, unit=unit, n=n)
