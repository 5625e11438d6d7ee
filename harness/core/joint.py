"""Whole texts against their exact joint law, on a pair so small that every text can be listed. Pure.

A test of goodness of fit that shares nothing with the bets of `harness.core.wealth` but the models. One
prompt is asked again and again: what a bug does to a text, it then does to the same cell each time, whatever
the bug is. Over many prompts only what leans the same way everywhere would add up, and some bugs lean no way.

The p-value is by simulation. The chi-square approximation is wrong by a factor of ten on such skewed cells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.core.intervals import Z95
from harness.core.trial import Trial
from pairs.analytic import Pair
from pairs.warp import warp

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SIMULATIONS = 9_999
_AT_ONCE = 500
"""Simulations in one go, to bound the memory."""


@dataclass(frozen=True, kw_only=True)
class TextLaw:
    """Every text of T tokens after one prompt: ``V ** T`` cells, the first token slowest."""

    probability: Floats
    drafty: NDArray[np.bool_]
    """``(V ** T, T)``: whether the draft says this token, at this prefix, more often than the target."""


@dataclass(frozen=True, kw_only=True)
class Fit:
    """How well N texts fit a law."""

    statistic: float
    """``G = 2 sum O log(O / E)`` over the cells."""
    p: float
    """Chance of so large a G under the law; never too small by the simulations' luck."""
    low: float
    high: float
    """95 % interval of what infinitely many simulations would give."""


def text_law(pair: Pair, trial: Trial) -> TextLaw:
    """Exact joint law of the trial's new tokens. EOS ends nothing here: for pairs without one."""
    states = [[pair.target.start(), *pair.target.states(trial.prompt)][-1]]
    probability, drafty = np.ones(1), np.zeros((1, 0), dtype=np.bool_)
    for _ in range(trial.max_new_tokens):
        target, draft = _rows(pair, states, trial)
        probability = (probability[:, None] * target).ravel()
        drafty = np.column_stack([np.repeat(drafty, pair.vocab_size, axis=0), (draft > target).ravel()])
        states = [pair.target.advance(state, token) for state in states for token in range(pair.vocab_size)]
    return TextLaw(probability=probability, drafty=drafty)


def cell(tokens: Sequence[int], vocab_size: int) -> int:
    """Where a text stands in a `TextLaw`."""
    index = 0
    for token in tokens:
        index = index * vocab_size + token
    return index


def fit(observed: Ints, probability: Floats, seed: int, *, simulations: int = SIMULATIONS) -> Fit:
    """Test that the texts counted are independent draws from the law.

    Args:
        observed: ``(C,)``, texts in each cell.
        probability: ``(C,)``, of each cell.
        seed: of the simulations; the same one gives the same p, bit for bit.

    Raises:
        ValueError: there is no text.
    """
    texts = int(observed.sum())
    if not texts:
        raise ValueError("no text to test")
    statistic = float(_g(observed[None], texts * probability)[0])
    simulated = _simulated(probability, texts, seed, simulations)
    # A tie speaks for the law; sums in another order may differ in their last bits.
    as_large = int((simulated >= statistic - 1e-9).sum())
    low, high = _wilson(as_large, simulations)
    p = (1 + as_large) / (1 + simulations)
    return Fit(statistic=statistic, p=p, low=min(low, p), high=max(high, p))


def _rows(pair: Pair, states: Sequence[int], trial: Trial) -> tuple[Floats, Floats]:
    """Warped laws of both models, ``(len(states), V)`` each."""
    target, draft = (
        warp(
            np.stack([model.logits(state) for state in states]),
            temperature=trial.temperature,
            top_p=trial.top_p,
        )
        for model in (pair.target, pair.draft)
    )
    return target, draft


def _simulated(probability: Floats, texts: int, seed: int, simulations: int) -> Floats:
    """G of as many datasets drawn from the law, ``(simulations,)``."""
    rng = np.random.default_rng(seed)
    cells = len(probability)
    # Cells of probability 0 have no width, the last one neither: no draw runs off the end.
    edges = np.cumsum(probability)
    edges[int(np.flatnonzero(probability)[-1]) :] = 1.0
    statistics = []
    for first in range(0, simulations, _AT_ONCE):
        runs = min(_AT_ONCE, simulations - first)
        drawn = np.searchsorted(edges, rng.random((runs, texts)), side="right")
        flat = (drawn + cells * np.arange(runs)[:, None]).ravel()
        counts = np.bincount(flat, minlength=runs * cells).reshape(runs, cells)
        statistics.append(_g(counts, texts * probability))
    return np.concatenate(statistics)


def _g(observed: Ints, expected: Floats) -> Floats:
    """``(M, C)`` to ``(M,)``; infinite where a text lies in a cell of probability 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(observed > 0, observed * np.log(observed / expected), 0.0)
    total: Floats = 2.0 * terms.sum(axis=-1)
    return total


def _wilson(successes: int, trials: int) -> tuple[float, float]:
    """Wilson's interval (1927) for a share."""
    share, z2 = successes / trials, Z95**2
    centre = share + z2 / (2 * trials)
    half = Z95 * np.sqrt(share * (1 - share) / trials + z2 / (4 * trials**2))
    scale = 1 + z2 / trials
    return max(0.0, float((centre - half) / scale)), min(1.0, float((centre + half) / scale))
