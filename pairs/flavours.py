"""What a row of logits looks like: one recipe for each kind of pair.

A recipe is a pure function of uniforms, ``(streams, V)``, that the prefix's hash gives. Here are the plain
kinds, in which the draft is the target plus noise. The judge has others, which are made to catch bugs; a
candidate's sandbox does not hold those.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pairs.noise import bell

Floats = NDArray[np.float64]

NEVER = -10_000.0
"""Logit of a token with probability zero: exp underflows, in float32 and float64, up to temperature 10."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flavour:
    """One kind of pair. Exactly one of ``target`` and ``both`` is given."""

    name: str
    streams: int
    """Rows of uniforms that the recipe reads."""
    peak: float
    """What a spec that does not say gets; the recipe says what it means."""
    smallest: int
    """Token ids that the recipe needs."""
    target: Callable[[Floats, float], Floats] | None = None
    """From ``(..., V)`` and the peak to the target's logits. The draft is the target plus noise, which comes
    from the second stream and is tuned to the acceptance that a spec asks for."""
    both: Callable[[Floats, float], Floats] | None = None
    """From ``(streams, V)`` and the peak to both rows, ``(2, V)``; the acceptance follows from that."""

    def rows(self, u: Floats, peak: float, strength: float) -> Floats:
        """Target and draft logits, ``(2, V)``; ``strength`` is the noise's, where there is any."""
        if self.both is not None:
            return self.both(u, peak)
        return noised(self.targets(u[0], peak), u[1], strength)

    def targets(self, u: Floats, peak: float) -> Floats:
        """Of a flavour with noise: ``(..., V)`` as the uniforms are."""
        assert self.target is not None, f"{self.name} makes both rows at once"
        return self.target(u, peak)


def peaked(u: Floats, peak: float) -> Floats:
    """Zipf with exponent ``peak`` over a random ranking: at 1.75 the first token has about a half.

    The k-th smallest of V uniforms is near k / V, so ``V * u`` stands for the rank and nothing is sorted.
    """
    logits: Floats = -peak * np.log(u.shape[-1] * u + 0.35)
    return logits


def bell_shaped(u: Floats, peak: float) -> Floats:
    """Bell-shaped logits with standard deviation ``peak``."""
    return peak * bell(u)


def noised(target: Floats, u: Floats, strength: float) -> Floats:
    """The target's logits and the draft's, ``(2, ..., V)``."""
    return np.stack([target, target + strength * bell(u)])


PEAKED = Flavour(name="peaked", streams=2, peak=1.75, smallest=8, target=peaked)
BELL = Flavour(name="bell", streams=2, peak=1.5, smallest=2, target=bell_shaped)
FLAT = Flavour(name="flat", streams=2, peak=0.5, smallest=2, target=bell_shaped)


def set_probability(rows: Floats, token: int, probability: float) -> None:
    """Set, in place, the logit that gives ``token`` this probability at temperature 1. Rows ``(..., V)``."""
    rows[..., token] = -np.inf
    rows[..., token] = log_sum_exp(rows) + np.log(probability) - np.log1p(-probability)


def untied(rows: Floats) -> NDArray[np.float32]:
    """``(n, V)`` in float32, no two logits of a row equal: greedy text must not hang on a tie."""
    rounded = rows.astype(np.float32)
    ordered = np.sort(rounded)
    if (ordered[:, 1:] == ordered[:, :-1]).any():
        for row, exact in zip(rounded, rows, strict=True):
            _untie(row, np.argsort(exact, kind="stable"))
    return rounded


def _untie(row: NDArray[np.float32], order: NDArray[np.intp]) -> None:
    for lower, upper in itertools.pairwise(order):
        if row[upper] <= row[lower]:
            row[upper] = np.nextafter(row[lower], np.float32(np.inf))


def log_sum_exp(rows: Floats) -> Floats:
    """Over the last axis, ``(..., V)`` to ``(...)``."""
    peak = rows.max(axis=-1, keepdims=True)
    total: Floats = np.log(np.exp(rows - peak).sum(axis=-1)) + peak[..., 0]
    return total
