"""Betting against the null "each token follows the target's law", safely at any stopping time. Pure.

A bet on alternative r multiplies its wealth by ``1 + lam (r(x)/target(x) - 1)``, which has mean 1 under the null
whatever came before. So wealth is a nonnegative martingale, so is a mixture of wealths, and by Ville's
inequality the chance that it *ever* reaches 1/alpha is at most alpha. Method: Waudby-Smith and Ramdas 2024
(arXiv:2010.09686). How the bets are chosen is `harness.core.alternatives`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.core.alternatives import NAMES
from harness.core.blocks import Stratum

Floats = NDArray[np.float64]

LAMBDAS = np.array([0.04, 0.15, 0.5, 0.95])
ALPHA = 1e-6
"""Chance that a right submission is ever rejected, over the whole battery."""
ROUNDING = 1e-5
"""Relative error of a probability that float32 may have; each factor is divided by 1 + lam * ROUNDING."""

_EVERYWHERE = len(Stratum)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wealth:
    """Log wealth of every bet on one pair so far."""

    logs: Floats
    """``(strata + 1, K, L)``; the last of the first axis bets at every token, the others in their stratum."""
    tokens: int = 0

    @property
    def log_e(self) -> float:
        """Log of the pair's e-value."""
        return float(_combined(self.logs[None])[0])


def fresh() -> Wealth:
    """Wealth 1 on every bet."""
    return Wealth(logs=np.zeros((_EVERYWHERE + 1, len(NAMES), len(LAMBDAS))))


def bet(wealth: Wealth, ratios: Floats, strata: NDArray[np.int64]) -> tuple[Wealth, Floats, Floats]:
    """Bet on N tokens in turn.

    Args:
        ratios: ``(N, K)``, alternative over target at each emitted token.
        strata: ``(N,)``, known before the tokens.

    Returns:
        The wealth after; the pair's log e-value after each token ``(N,)``; and each alternative's log wealth
        after each token, mixed over lambda, betting everywhere ``(N, K)``.
    """
    factors = np.log1p(LAMBDAS * (ratios[:, :, None] - 1.0)) - np.log1p(LAMBDAS * ROUNDING)
    member = np.concatenate(
        [strata[:, None] == np.arange(_EVERYWHERE), np.ones((len(strata), 1), dtype=bool)], axis=1
    )
    steps = member[:, :, None, None] * factors[:, None, :, :]
    path = wealth.logs + np.cumsum(steps, axis=0)
    after = Wealth(logs=path[-1], tokens=wealth.tokens + len(strata)) if len(strata) else wealth
    return after, _combined(path), _mean(path[:, _EVERYWHERE], axis=-1)


def average(log_es: Floats, pairs: int) -> float:
    """Log of the mean e-value over the battery's pairs; a pair not yet played counts 1."""
    padded = np.concatenate([log_es, np.zeros(pairs - len(log_es))])
    return float(_mean(padded, axis=0))


def threshold(alpha: float = ALPHA) -> float:
    """Log e-value at which the law is rejected."""
    return float(-np.log(alpha))


def _combined(logs: Floats) -> Floats:
    """(L0 + L1) / 2, with L1 half the mean and half the product over strata. ``(N, strata + 1, K, L)`` to (N,).

    Both are martingales in one filtration: each stratum's wealth moves only at its own tokens.
    """
    mixed = _mean(logs.reshape(*logs.shape[:2], -1), axis=-1)
    strata = mixed[:, :_EVERYWHERE]
    by_place = np.logaddexp(_mean(strata, axis=-1), strata.sum(axis=-1)) - np.log(2)
    both: Floats = np.logaddexp(mixed[:, _EVERYWHERE], by_place) - np.log(2)
    return both


def _mean(logs: Floats, axis: int) -> Floats:
    """Log of the mean of the exponentials."""
    top = logs.max(axis=axis, keepdims=True)
    mean: Floats = np.log(np.exp(logs - top).mean(axis=axis)) + top.squeeze(axis)
    return mean
