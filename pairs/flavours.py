"""What a row of logits looks like: one recipe for each kind of pair.

A recipe is a pure function of uniforms, ``(streams, V)``, that the prefix's hash gives. Why these kinds: a
judge's power is in the choice of the pair. Where the draft never proposes what the target sometimes says, a
sloppy acceptance test shows at once; between two near-identical models no test sees anything.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pairs.noise import bell

Flavour = Literal["peaked", "bell", "flat", "disjoint", "spike", "top_p_spike", "trap"]
Floats = NDArray[np.float64]

STREAMS = {"peaked": 2, "bell": 2, "flat": 2, "disjoint": 3, "spike": 3, "top_p_spike": 3, "trap": 3}
"""Rows of uniforms that a recipe reads. The first three read the first, and the draft's noise the second."""

SMALLEST = {"peaked": 8, "bell": 2, "flat": 2, "disjoint": 8, "spike": 8, "top_p_spike": 8}
"""Fewest ids that a recipe makes sense for. Two or three are enough to list every text, as exact tests do."""

NEVER = -10_000.0
"""Logit of a token with probability zero: exp underflows, in float32 and float64, up to temperature 10."""


def peaked(u: Floats, peak: float) -> Floats:
    """Zipf with exponent ``peak`` over a random ranking: at 1.75 the first token has about a half.

    The k-th smallest of V uniforms is near k / V, so ``V * u`` stands for the rank and nothing is sorted.
    """
    logits: Floats = -peak * np.log(u.shape[-1] * u + 0.35)
    return logits


def bell_shaped(u: Floats, peak: float) -> Floats:
    """Bell-shaped logits with standard deviation ``peak``."""
    return peak * bell(u)


def disjoint(u: Floats, peak: float) -> Floats:
    """A third of the ids only the target says, a third only the draft; the rest they share, half the mass."""
    third = u.shape[1] // 3
    order = np.argsort(u[2])
    target_only, draft_only, shared = order[:third], order[third : 2 * third], order[2 * third :]
    rows = peak * bell(u[:2])
    for row, own, foreign in zip(rows, (target_only, draft_only), (draft_only, target_only), strict=True):
        for group in (own, shared):
            row[group] -= _log_sum_exp(row[group])
        row[foreign] += NEVER
    return rows


def spike(u: Floats, peak: float) -> Floats:
    """Target = (1 - e) draft, and e on six ids that the draft never proposes; e is .03, .04 or .095.

    Every drafted token stands with probability 1 - e, so lenience, an epsilon in the denominator or a coarse
    uniform all show as a missing e. ``peak`` is the probability of the draft's first token.
    """
    never_drafted = 6
    order = np.argsort(u[1])
    spiked, head, tail = order[:never_drafted], order[never_drafted], order[never_drafted + 1 :]
    weights = 0.2 - np.log(u[0])
    mass = (0.03, 0.04, 0.095)[int(u[2, 0] * 3)]

    rows = np.empty((2, u.shape[1]))
    target, draft = rows
    draft[head] = np.log(peak)
    draft[tail] = np.log((1.0 - peak) / weights[tail].sum() * weights[tail])
    target[:] = draft + np.log1p(-mass)
    target[spiked] = np.log(mass / weights[spiked].sum() * weights[spiked])
    draft[spiked] = NEVER - weights[spiked]
    return rows


def top_p_spike(u: Floats, peak: float) -> Floats:
    """A spike behind top-p 0.9: a missing renormalisation rejects drafts nine times too often.

    The target keeps three ids that the draft keeps too, and a fourth that the draft cuts; together they hold
    90.5 % of the target, and the three hold 99 % of the draft. Scaled, a draft stands with probability 0.989
    and the fourth id has 0.011; unscaled, 0.904 and 0.096. ``peak`` is the temperature at which that holds.
    """
    order = np.argsort(u[1])
    shared, fourth, tail = order[:3], order[3], order[4:]
    rows = np.empty((2, u.shape[1]))
    target, draft = rows
    shape = np.array((0.46, 0.31, 0.23))
    heads = shape * np.exp(0.06 * u[2, :3] - 0.03)
    # At least 0.5, so that no tail id comes near the four.
    tails = u[0, tail] + 0.5
    target[shared] = np.log(0.895 * shape)
    draft[shared] = np.log(0.99 / heads.sum() * heads)
    target[fourth] = np.log(0.01)
    draft[fourth] = np.log(0.0005)
    target[tail] = np.log(0.095 / tails.sum() * tails)
    draft[tail] = np.log(0.0095 / tails.sum() * tails)
    return peak * rows


def trap(u: Floats, peak: float) -> Floats:
    """The draft is fond of a token that the target says with 0.005, 0.01 or 0.03 times its probability.

    A drafted token is thus mostly tested against a small ratio: a uniform that cannot be small, or that is 0
    too often, shows. The rest of both laws differ by a little. ``peak`` is the draft's probability of it.
    """
    order = np.argsort(u[1])
    fond, rest = order[0], order[1:]
    said = peak * (0.005, 0.01, 0.03)[int(u[2, 0] * 3)]
    weights = 0.2 - np.log(u[0, rest])
    draft_weights = weights * np.exp(0.4 * u[2, rest] - 0.2)
    rows = np.empty((2, u.shape[1]))
    for row, own, mass in ((rows[0], weights, said), (rows[1], draft_weights, peak)):
        row[fond] = np.log(mass)
        row[rest] = np.log((1.0 - mass) / own.sum() * own)
    return rows


TARGETS: dict[str, Callable[[Floats, float], Floats]] = {
    "peaked": peaked,
    "bell": bell_shaped,
    "flat": bell_shaped,
}
"""From ``(..., V)`` to the target's logits. The draft is the target plus noise, tuned to the acceptance."""

WHOLE: dict[str, Callable[[Floats, float], Floats]] = {
    "disjoint": disjoint,
    "spike": spike,
    "top_p_spike": top_p_spike,
    "trap": trap,
}
"""From ``(STREAMS, V)`` to both rows, ``(2, V)``. Here the acceptance follows from the construction."""

PEAKS: dict[str, float] = {
    "peaked": 1.75,
    "bell": 1.5,
    "flat": 0.5,
    "disjoint": 1.0,
    "spike": 0.45,
    "top_p_spike": 0.7,
    "trap": 0.9,
}
"""``peak`` where a spec does not say."""


def set_probability(rows: Floats, token: int, probability: float) -> None:
    """Set, in place, the logit that gives ``token`` this probability at temperature 1. Rows ``(..., V)``."""
    rows[..., token] = -np.inf
    rows[..., token] = _log_sum_exp(rows) + np.log(probability) - np.log1p(-probability)


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


def _log_sum_exp(rows: Floats) -> Floats:
    peak = rows.max(axis=-1, keepdims=True)
    total: Floats = np.log(np.exp(rows - peak).sum(axis=-1)) + peak[..., 0]
    return total
