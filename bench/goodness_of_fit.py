"""The usual tests of "do these samples follow that law", given every advantage. Pure.

Each is asked how often it rejects n independent samples of a law, at error alpha, when the samples really
follow another. Counts are drawn from exact laws, so n costs nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Statistic = Callable[[Floats, Floats], Floats]

LEAST_EXPECTED = 5.0
"""Cells with fewer expected samples are pooled, as textbooks ask."""
MOST_CELLS = 1024
"""More cells than this dilute a test of many samples (Mann and Wald 1942), and cost time."""


def pearson(observed: Floats, expected: Floats) -> Floats:
    """Each cell's share of Pearson's chi-square."""
    share: Floats = (observed - expected) ** 2 / expected
    return share


def likelihood_ratio(observed: Floats, expected: Floats) -> Floats:
    """Each cell's share of G; `observed - expected` sums to nothing and keeps each share positive."""
    logs = np.log(np.where(observed > 0, observed, 1.0) / expected)
    share: Floats = 2.0 * (observed * logs - (observed - expected))
    return share


STATISTICS: dict[str, Statistic] = {"chi_square": pearson, "g": likelihood_ratio}


@dataclass(frozen=True, eq=False)
class Cells:
    """A law's outcomes, pooled for a number of samples."""

    label: NDArray[np.int16]
    """Cell of each outcome; the last label is that of outcomes which the law never gives."""
    expected: Floats

    @property
    def count(self) -> int:
        return len(self.expected)

    def mass(self, law: Floats) -> Floats:
        """``(count + 1,)``: what another law gives each cell; the last is of impossible outcomes."""
        return np.bincount(self.label, law, self.count + 1)


def pool(law: Floats, samples: int) -> Cells:
    """Merge the rarest outcomes until each cell expects at least five samples."""
    order = np.argsort(law, kind="stable")
    order = order[law[order] > 0]
    expected = law[order] * samples
    size = max(2.0 * LEAST_EXPECTED, samples / MOST_CELLS)
    _, group = np.unique(np.floor(np.cumsum(expected) / size + 1e-9), return_inverse=True)
    merged = _merged(np.bincount(group, expected))
    label = np.full(len(law), merged[-1] + 1, dtype=np.int16)
    label[order] = merged[group]
    return Cells(label, np.bincount(merged[group], expected))


def _merged(expected: Floats) -> NDArray[np.int16]:
    """New number of each group: those that stayed below the least join their successor, or the last cell."""
    number, total, numbers = 0, 0.0, []
    for value in expected:
        if total >= LEAST_EXPECTED:
            number, total = number + 1, 0.0
        total += value
        numbers.append(number)
    if total < LEAST_EXPECTED and number > 0:
        numbers = [min(each, number - 1) for each in numbers]
    return np.array(numbers, dtype=np.int16)


@lru_cache(maxsize=10_000)
def critical(cells: Cells, statistic: str, alpha: float) -> float:
    """The statistic's quantile at 1 - alpha under the null, for counts in these cells.

    At five a cell the chi-square table is wrong this far out. So mean, variance and third cumulant are summed
    over the cells' Poisson counts, corrected for their fixed sum, and a shifted gamma law with these three is
    followed into the tail. That is an approximation; a test holds it against draws at 1e-4.
    """
    expected = cells.expected
    grid, tables = _cumulants(statistic)
    mean, variance, third, covariance = (
        np.interp(np.log(expected), np.log(grid), table).sum() for table in tables
    )
    mean, third = mean - 1.0, third - 8.0
    variance -= 2.0 + covariance**2 / expected.sum()
    shape = 4.0 * variance**3 / third**2
    scale = third / (2.0 * variance)
    return float(mean + scale * (gamma_quantile(float(shape), alpha) - shape))


def gamma_quantile(shape: float, alpha: float) -> float:
    """Point above which a gamma law with scale 1 has ``alpha``, by summing its density from above."""
    spread = math.sqrt(shape)
    x = np.linspace(max(shape - 2.0 * spread, 1e-9), shape + 14.0 * spread + 60.0, 4_000)
    density = np.exp((shape - 1.0) * np.log(x) - x - math.lgamma(shape))
    tail = np.cumsum(((density[1:] + density[:-1]) / 2.0)[::-1])[::-1] * (x[1] - x[0])
    return float(np.interp(-math.log(alpha), -np.log(np.maximum(tail, 1e-300)), x[:-1]))


@lru_cache(maxsize=4)
def _cumulants(statistic: str) -> tuple[Floats, tuple[Floats, ...]]:
    """For one Poisson cell: mean, variance, third cumulant, covariance with the count; by expected count."""
    grid = np.geomspace(1.0, 1e4, 60)
    rows = []
    for expected in grid:
        low, high = max(expected - 12 * expected**0.5 - 5, 0.0), expected + 14 * expected**0.5 + 30
        counts = np.arange(math.floor(low), math.ceil(high) + 1.0)
        lgamma = np.array([math.lgamma(count + 1.0) for count in counts])
        weight = np.exp(counts * math.log(expected) - expected - lgamma)
        share = STATISTICS[statistic](counts, np.full(len(counts), expected))
        mean = float(weight @ share)
        away = share - mean
        rows.append((mean, weight @ away**2, weight @ away**3, weight @ (away * (counts - expected))))
    return grid, tuple(np.array(rows).T)


def histogram_power(
    cells: Cells, truth: Floats, samples: int, alpha: float, draws: int, rng: np.random.Generator
) -> dict[str, float]:
    """Share of ``draws`` histograms of ``truth`` that each statistic rejects; one impossible sample does.

    ``cells`` are the null's, pooled for as many samples.
    """
    mass = cells.mass(truth)
    counts = rng.multinomial(samples, mass / mass.sum(), size=draws).astype(np.float64)
    impossible = counts[:, -1] > 0

    def rejected(name: str) -> NDArray[np.bool_]:
        if cells.count == 1:
            return impossible
        value = STATISTICS[name](counts[:, :-1], cells.expected).sum(axis=1)
        return impossible | (value > critical(cells, name, alpha))

    return {name: float(rejected(name).mean()) for name in STATISTICS}


BINS = 1024
"""Of the probability integral transform. Coarser than every step looked for at a million samples."""


def transformed(null_rows: Floats, truth: Floats) -> Floats:
    """Law of the randomised probability integral transform, ``(BINS,)``.

    Args:
        null_rows: ``(N, V)``: what each of N prefixes' next token should follow.
        truth: ``(N, V)``: probability of prefix and token together.

    Token x falls uniformly between the null's sums before and after it, ids in order; the null makes that
    uniform on (0, 1).
    """
    after, truth = np.cumsum(null_rows, axis=1).ravel(), truth.ravel()
    before = after - null_rows.ravel()
    edges = np.linspace(0.0, 1.0, BINS + 1)
    # Tokens (next to) impossible under the null are points: as slopes they would drown the rest in rounding.
    wide = after - before > 1e-9
    slope = truth[wide] / (after - before)[wide]
    points = np.concatenate([before[wide], after[wide]])
    order = np.argsort(points)
    points, slopes = points[order], np.cumsum(np.concatenate([slope, -slope])[order])
    heights = np.concatenate([[0.0], np.cumsum(slopes[:-1] * np.diff(points))])
    spread = np.diff(np.interp(edges, points, heights))
    at = np.minimum((after[~wide] * BINS).astype(np.intp), BINS - 1)
    law = np.maximum(spread, 0.0) + np.bincount(at, truth[~wide], BINS)
    normalised: Floats = law / law.sum()
    return normalised


def kolmogorov_power(
    transforms: list[Floats], samples: int, alpha: float, draws: int, rng: np.random.Generator
) -> float:
    """Share of draws in which the empirical law of all transforms leaves the uniform's band.

    The bound of Massart (1990), 2 exp(-2 n d^2), is true for every n and sharp for large ones. Tokens at
    different offsets of a text are drawn as if they were independent.
    """
    each = samples // len(transforms)
    if each == 0:
        return 0.0
    counts = np.sum([rng.multinomial(each, law, size=draws) for law in transforms], axis=0)
    total = each * len(transforms)
    distance = np.abs(np.cumsum(counts, axis=1) / total - np.linspace(0.0, 1.0, BINS + 1)[1:]).max(axis=1)
    return float((distance > math.sqrt(math.log(2.0 / alpha) / (2.0 * total))).mean())


def total_variation_alarms(
    law: Floats, truth: Floats, samples: int, bar: float, draws: int, rng: np.random.Generator
) -> float:
    """Share of histograms of ``truth`` whose total variation from ``law`` reaches ``bar``."""
    counts = rng.multinomial(samples, truth / truth.sum(), size=draws)
    distance = np.abs(counts / samples - law).sum(axis=1) / 2.0
    return float((distance >= bar).mean())
