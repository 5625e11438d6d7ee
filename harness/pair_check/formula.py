"""What a pair should gain, from its acceptance and the cost of its calls. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pairs.context import Rows
from pairs.warp import warp

RESAMPLES = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A value with the ends of its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """Of calls at one context length, in units of a target call that feeds one token."""

    draft: float
    """Of a draft call that feeds one token: c."""
    target: Mapping[int, float]
    """By the number of tokens fed: v(n). v(1) is 1."""
    target_ms: float
    """The unit: what a target call of one token costs."""

    def block(self, gamma: int) -> float:
        """``v(gamma + 1)``, between measured numbers by a straight line."""
        return float(np.interp(gamma + 1, sorted(self.target), [self.target[n] for n in sorted(self.target)]))


def accepted_mass(target: Rows, draft: Rows, temperature: float) -> float:
    """Mean of ``sum(min(target, draft))`` over rows ``(n, V)``: the chance that a draft token stands."""
    laws = warp(target, temperature=temperature), warp(draft, temperature=temperature)
    return float(np.minimum(*laws).sum(axis=-1).mean())


def tokens_a_round(acceptance: float, gamma: int) -> float:
    """``1 + a + ... + a^gamma``: expected new tokens a target call (Leviathan et al. 2023, arXiv:2211.17192).

    As if each draft token stood by itself with the same chance.
    """
    return float(sum(acceptance**n for n in range(gamma + 1)))


def expected_speedup(acceptance: float, gamma: int, costs: Costs) -> float:
    """Against plain decoding. The sampler's own time is left out, so it comes out some percent high."""
    return tokens_a_round(acceptance, gamma) / (gamma * costs.draft + costs.block(gamma))


def mean_of(values: Sequence[float], seed: int = 0) -> Estimate:
    """Mean over texts, with a bootstrap interval: texts are independent, their positions are not."""
    sample = np.asarray(values)
    means = sample[_resampled(len(sample), seed)].mean(axis=1)
    return _estimate(float(sample.mean()), means)


def ratio_of(above: Sequence[float], below: Sequence[float], seed: int = 0) -> Estimate:
    """``sum(above) / sum(below)`` over rounds that were measured together, resampled together."""
    top, bottom = np.asarray(above), np.asarray(below)
    rounds = _resampled(len(top), seed)
    ratios = top[rounds].sum(axis=1) / bottom[rounds].sum(axis=1)
    return _estimate(float(top.sum() / bottom.sum()), ratios)


def _resampled(count: int, seed: int) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    return np.random.default_rng(seed).integers(0, count, (RESAMPLES, count))


def _estimate(value: float, resampled: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Estimate:
    low, high = np.quantile(resampled, (0.025, 0.975))
    return Estimate(value=value, low=float(low), high=float(high))
