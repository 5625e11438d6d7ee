"""Races: which of several random scores is the largest (or the smallest). Pure.

The exponential race (i wins with probability ``p_i / sum(p)`` if it comes at time ``E_i / p_i``) is written
in many ways: ``argmax(p / E)``, ``argmin(E / p)``, ``argmax(log p - log E)``, ``argmax(log p + Gumbel)``,
``argmax(u ** (1 / p))``. All have one thing in common: the scores' distribution functions are powers of one
another, ``F_i = F ** w_i``. Then i wins with probability ``w_i / sum(w)``, whatever F is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from harness.enumeration.uncertain import Bound, Uncertain
from harness.enumeration.walk import Walk

_PROBES = (1e-12, 1e-6, 1e-3, 0.1, math.exp(-1.0), 0.7, 0.95)
_ALIKE = 1e-9
"""How far a distribution function may be from a power of another, rounding being what it is."""


def race(walk: Walk, scores: Sequence[float | Uncertain], *, largest: bool) -> int:
    """Index of the winner, decided by the walk; the random numbers that took part are spent.

    Raises:
        Unfollowable: the scores are no exponential race, or do not start afresh.
    """
    running = [n for n, score in enumerate(scores) if isinstance(score, Uncertain)]
    _check_start(walk, scores, running)
    _check_known_lose(walk, scores, running, largest)
    weights = _weights([scores[n] for n in running], walk, largest)  # type: ignore[misc]
    winner = running[walk.choose(weights)]
    for n in running:
        score = scores[n]
        assert isinstance(score, Uncertain)
        score.uniform.spent = True
    return winner


def _check_start(walk: Walk, scores: Sequence[float | Uncertain], running: Sequence[int]) -> None:
    uniforms = [score.uniform for n in running if isinstance(score := scores[n], Uncertain)]
    if len(set(map(id, uniforms))) < len(uniforms):
        walk.refuse("a race (argmax) in which one random number takes part twice")
    if not all(uniform.fresh for uniform in uniforms):
        walk.refuse("a race (argmax) between random numbers that were used before")


def _check_known_lose(
    walk: Walk, scores: Sequence[float | Uncertain], running: Sequence[int], largest: bool
) -> None:
    """A number that is no random one must lose for certain, as that of a token of probability 0 does."""
    ranges = [score.range() for n in running if isinstance(score := scores[n], Uncertain)]
    for score in scores:
        if isinstance(score, Uncertain):
            continue
        loses = any(low >= score if largest else high <= score for low, high in ranges)
        if math.isnan(score) or not loses:
            walk.refuse("a race (argmax) of random numbers with a number that might win")


def _weights(scores: Sequence[Uncertain], walk: Walk, largest: bool) -> list[float]:
    """``w_i`` with ``F_i = F_0 ** w_i``."""
    points = [scores[0].at(u) for u in _PROBES]
    table = [[_chance_to_lose_to(score, at, largest) for at in points] for score in scores]
    weights = [_power(row, table[0]) for row in table]
    for weight, row in zip(weights, table, strict=True):
        if any(abs(got - base**weight) > _ALIKE for got, base in zip(row, table[0], strict=True)):
            walk.refuse("an argmax of random numbers that is no exponential race and no Gumbel race")
    return weights


def _chance_to_lose_to(score: Uncertain, at: float, largest: bool) -> float:
    """Chance that a score comes out below ``at`` (above it where the smallest wins)."""
    below, bound, _ = score.pull_back(Bound(largest, at, False))
    bound = min(max(bound, 0.0), 1.0)
    return bound if below else 1.0 - bound


def _power(row: Sequence[float], base: Sequence[float]) -> float:
    """Read off where the rounding of ``row`` matters least."""
    usable = [
        (abs(math.log(got) + 1.0), math.log(got) / math.log(first))
        for got, first in zip(row, base, strict=True)
        if 0.0 < got < 1.0 and 0.0 < first < 1.0
    ]
    return min(usable)[1] if usable else 0.0
