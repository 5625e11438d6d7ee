"""Intervals for what the economy's figures are: ratios of sums over trials, and shares. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from wire.scorecard import Measurement

Z95 = 1.96


def ratio_of_sums(name: str, above: Sequence[float], below: Sequence[float], unit: str) -> Measurement:
    """``sum(above) / sum(below)`` over trials with a 95 % interval from the trials' own spread (delta
    method).

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


def share(name: str, hits: int, of: int, unit: str) -> Measurement:
    """``hits / of`` with Wilson's 95 % score interval, as if the ``of`` were independent.

    Raises:
        ValueError: ``of`` is none.
    """
    if of < 1:
        raise ValueError(f"{name}: a share of nothing")
    value, square = hits / of, Z95**2
    middle = (value + square / (2 * of)) / (1 + square / of)
    half = Z95 / (1 + square / of) * np.sqrt(value * (1 - value) / of + square / (4 * of * of))
    # Rounding may put an end past the value where the share is none or all.
    low, high = min(float(middle - half), value), max(float(middle + half), value)
    return Measurement(name=name, value=value, low=max(low, 0.0), high=min(high, 1.0), unit=unit, n=of)


def exact(name: str, value: float, unit: str, n: int = 1) -> Measurement:
    """A count, or a bound computed without sampling."""
    return Measurement(name=name, value=value, low=value, high=value, unit=unit, n=n)
