"""Betting against the null "each token follows the target's law", safely at any stopping time. Pure.

A bet on alternative r multiplies its wealth by ``1 + lam (r(x)/target(x) - 1)``, which has mean 1 under the
null whatever came before. So wealth is a nonnegative martingale, so is a mixture of wealths, and by Ville's
inequality the chance that it *ever* reaches 1/alpha is at most alpha. Method: Waudby-Smith and Ramdas 2024
(arXiv:2010.09686). How the bets are chosen is `harness.core.alternatives`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from harness.core.blocks import Stratum

Floats = NDArray[np.float64]

LAMBDAS = np.array([0.04, 0.15, 0.5, 0.95])
ALPHA = 1e-6
"""Chance that a right submission is ever rejected, over the whole battery."""
ROUNDING = 1e-5
"""Relative error of a probability that float32 may have; each factor is divided by 1 + lam * ROUNDING."""

FIRST = len(Stratum)
LAST = len(Stratum) + 1
"""Contexts beside the strata: the first token after the prompt, and the last that is asked for. Loops begin
and end with code of their own."""
_EVERYWHERE = len(Stratum) + 2


@dataclass(frozen=True, kw_only=True)
class Wealth:
    """Log wealth of every bet in one purse so far. Sums are kept: of many purses one changes at a time."""

    logs: Floats
    """``(contexts + 1, K, L)``; the last of the first axis bets at every token, the others in their own."""

    @cached_property
    def log_e(self) -> float:
        """Log of the purse's e-value: (L0 + L1) / 2, L1 half the mean and half the product over contexts.

        Each is a martingale in one filtration: a context's wealth moves only at its own tokens.
        """
        mixed = _mean(self.logs.reshape(len(self.logs), -1))
        apart = mixed[:_EVERYWHERE]
        by_place = np.logaddexp(_mean(apart), apart.sum()) - np.log(2)
        return float(np.logaddexp(mixed[_EVERYWHERE], by_place) - np.log(2))

    @cached_property
    def by_bet(self) -> Floats:
        """``(K,)`` log wealth of each bet made everywhere, mixed over lambda."""
        return _mean(self.logs[_EVERYWHERE])


def fresh(bets: int) -> Wealth:
    """Wealth 1 on every one of K bets."""
    return Wealth(logs=np.zeros((_EVERYWHERE + 1, bets, len(LAMBDAS))))


def contexts(strata: NDArray[np.int64], remaining: NDArray[np.int64]) -> NDArray[np.int64]:
    """``(N,)``: `FIRST`, `LAST`, or else the stratum, of the N first tokens of a run.

    Args:
        remaining: ``(N,)``, how many tokens more are asked for.
    """
    first = np.arange(len(strata)) == 0
    return np.where(remaining == 0, LAST, np.where(first, FIRST, strata))


def bet(wealth: Wealth, ratios: Floats, contexts: NDArray[np.int64], rounding: float = ROUNDING) -> Wealth:
    """The wealth after betting on N tokens.

    Args:
        ratios: ``(N, K)``, alternative over target at each emitted token.
        contexts: ``(N,)``, known before the tokens.
        rounding: see `log_factors`.
    """
    factors = log_factors(ratios, rounding)
    member = np.ones((_EVERYWHERE + 1, len(contexts)))
    member[:_EVERYWHERE] = contexts == np.arange(_EVERYWHERE)[:, None]
    won = member @ factors.reshape(len(contexts), -1)
    return Wealth(logs=wealth.logs + won.reshape(wealth.logs.shape))


def log_factors(ratios: Floats, rounding: float = ROUNDING) -> Floats:
    """What a stake of each size, last axis, does to its wealth: ``(...)`` to ``(..., L)``.

    ``rounding``: how far, relative to it, a probability may lie above the one that the ratio was made with.
    """
    factors: Floats = np.log1p(LAMBDAS * (ratios[..., None] - 1.0)) - np.log1p(LAMBDAS * rounding)
    return factors


def battery(together: Floats, apart: Floats, pairs: int) -> Floats:
    """Log of half of one purse over all pairs and half of the mean of a purse for each.

    A bug that shows everywhere wins in the first, one that shows on a single pair in the second. Both bet
    on each token before it is seen, so half of each is a martingale too.

    Args:
        together: ``(...)`` log wealth of the common purse.
        apart: ``(played, ...)`` log wealth on each pair played; the others count 1.
    """
    padded = np.zeros((pairs, *together.shape))
    padded[: len(apart)] = apart
    mean = np.logaddexp.reduce(padded, axis=0) - np.log(pairs)
    half: Floats = np.logaddexp(together, mean) - np.log(2)
    return half


def threshold(alpha: float = ALPHA) -> float:
    """Log e-value at which the law is rejected."""
    return float(-np.log(alpha))


def _mean(logs: Floats) -> Floats:
    """Log of the mean of the exponentials over the last axis."""
    mean: Floats = np.logaddexp.reduce(logs, axis=-1) - np.log(logs.shape[-1])
    return mean
