"""What speculative decoding could cost on a text that was emitted: exact expectations, optima, bounds. Pure.

Given the emitted path, textbook accept flags are independent: token x at its prefix was accepted with
probability ``keep = min(1, draft(x) / target(x))`` if it came from a draft, so ``P(accepted | x) = keep``.
Hence the expected number of target calls, and their price, follow by a recursion over the path instead of by
running a reference: the reference's expectation is exact and costs nothing. The textbook formula with a mean
acceptance rate is 1 to 9 % too optimistic.

What this leaves out: positions a cache was fed twice, and one draft position after a fully accepted round (a
thousandth of a target call).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pairs.prices import PriceList, plain_decoding_price

Floats = NDArray[np.float64]

LONGEST_BLOCK = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """One emitted text, as far as its cost goes."""

    prompt_len: int
    likelihood_ratio: Floats
    """``(N,)``: draft(x) / target(x) at each emitted token; infinite where the target never says it."""

    @property
    def keep(self) -> Floats:
        """``(N,)``: chance that the token was an accepted draft, given that it was drafted for."""
        return np.minimum(self.likelihood_ratio, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Expectations over accept flags, given the path."""

    target_calls: float
    virtual_time: float
    draft_time: float
    """What of it are draft calls."""
    new_tokens: int

    @property
    def target_time(self) -> float:
        return self.virtual_time - self.draft_time

    @property
    def tokens_per_target_call(self) -> float:
        return self.new_tokens / self.target_calls


def path(prompt_len: int, probabilities: Floats) -> Path:
    """From ``(N, 2)``: the target's and the draft's probability of each emitted token."""
    target, draft = probabilities[:, 0], probabilities[:, 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(target > 0, draft / target, np.inf)
    return Path(prompt_len=prompt_len, likelihood_ratio=ratio)


def expected_cost(emitted: Path, gamma: int, prices: PriceList) -> Cost:
    """Of the textbook sampler with cropped caches; it drafts ``min(gamma, remaining - 1)`` tokens a round."""
    count = len(emitted.likelihood_ratio)
    calls = time = drafts = 0.0
    for start, chance in enumerate(_arrivals(emitted, gamma)):
        target, draft = _round_prices(emitted.prompt_len, start, min(gamma, count - start - 1), prices)
        calls += chance
        time += chance * (target + draft)
        drafts += chance * draft
    return Cost(target_calls=calls, virtual_time=time, draft_time=drafts, new_tokens=count)


def expected_places(emitted: Path, gamma: int) -> tuple[Floats, Floats]:
    """How many drafts the textbook sampler offers at each place in a block, and how many stand: ``(gamma,)``
    each, expectations over accept flags. A draft stands when all before it in the block do.
    """
    offered, stands = np.zeros(gamma), np.zeros(gamma)
    count = len(emitted.likelihood_ratio)
    for start, chance in enumerate(_arrivals(emitted, gamma)):
        block = min(gamma, count - start - 1)
        offered[:block] += chance
        stands[:block] += chance * np.cumprod(emitted.keep[start : start + block])
    return offered, stands


def best_fixed(paths: Sequence[Path], prices: PriceList, longest: int = LONGEST_BLOCK) -> tuple[int, float]:
    """The block length that is fastest on these texts, and its virtual time over all of them."""
    times = {
        gamma: sum(expected_cost(emitted, gamma, prices).virtual_time for emitted in paths)
        for gamma in range(longest + 1)
    }
    best = min(times, key=lambda gamma: times[gamma])
    return best, times[best]


def path_adaptive_time(emitted: Path, prices: PriceList, longest: int = LONGEST_BLOCK) -> float:
    """Virtual time of the best choice of each round's length by someone who sees the future laws.

    A lower bound on the time of every causal choice of lengths with token-level acceptance.
    """
    keep = emitted.keep.tolist()
    count = len(keep)
    to_go = [0.0] * (count + 1)
    for start in range(count - 1, -1, -1):
        best = float("inf")
        settled, chance = 0.0, 1.0
        for block in range(min(longest, count - start - 1) + 1):
            price = _round_price(emitted.prompt_len, start, block, prices)
            best = min(best, price + settled + chance * to_go[start + block + 1])
            settled += chance * (1.0 - keep[start + block]) * to_go[start + block + 1]
            chance *= keep[start + block]
        to_go[start] = best
    return to_go[0]


def any_coupling_tokens(paths: Sequence[Path], gamma: int) -> float:
    """Tokens a target call that no lossless method with one chain of the supplied draft's tokens can beat.

    ``1 + sum_j E min(1, prod_{i <= j} draft/target)``, the mean over starts along the texts. Block
    verification (Sun et al. 2024, arXiv:2403.10444) comes near it and is honestly above token-level
    acceptance. Trees, several chains and drafts from elsewhere are not bound by it.
    """
    reached = np.concatenate([_reach(emitted, gamma) for emitted in paths])
    return 1.0 + float(np.mean(reached)) if len(reached) else 1.0 + gamma


def any_coupling_speedup(paths: Sequence[Path], prices: PriceList, longest: int = LONGEST_BLOCK) -> float:
    """The same bound as a speed-up over plain decoding in virtual time, at its best block length."""
    plain = sum(plain_decoding_price(each.prompt_len, len(each.likelihood_ratio), prices) for each in paths)
    tokens = sum(len(each.likelihood_ratio) for each in paths)
    middle = tokens // (2 * len(paths))
    prompt_len = paths[0].prompt_len
    return max(
        plain * any_coupling_tokens(paths, gamma) / (tokens * _round_price(prompt_len, middle, gamma, prices))
        for gamma in range(longest + 1)
    )


def expected_accepted(emitted: Path, start: int, drafted: int) -> float:
    """Expected accepted drafts of a round that starts after ``start`` tokens, textbook acceptance."""
    return float(np.cumprod(emitted.keep[start : start + drafted]).sum())


def _arrivals(emitted: Path, gamma: int) -> list[float]:
    """Chance that a round of the textbook sampler starts after n tokens, for each n below their number."""
    keep = emitted.keep.tolist()
    count = len(keep)
    arrives = [1.0] + [0.0] * (count + 1)
    for start in range(count):
        chance = arrives[start]
        block = min(gamma, count - start - 1)
        for n in range(block):
            arrives[start + n + 1] += chance * (1.0 - keep[start + n])
            chance *= keep[start + n]
        arrives[start + block + 1] += chance
    return arrives[:count]


def _round_price(prompt_len: int, start: int, block: int, prices: PriceList) -> float:
    return float(sum(_round_prices(prompt_len, start, block, prices)))


def _round_prices(prompt_len: int, start: int, block: int, prices: PriceList) -> tuple[int, int]:
    """The target's part and the draft's: one target call over the unseen tokens and the drafts, and ``block``
    draft calls of a token each.

    The first round also feeds the prompt to both models.
    """
    unseen = prompt_len if start == 0 else 1
    cached = 0 if start == 0 else prompt_len + start - 1
    target = prices.target_call + (unseen + block) * prices.target_position + cached * prices.target_cached
    if block == 0:
        return target, 0
    reads = block * cached + block * (block - 1) // 2 + (block - 1) * (unseen - 1)
    draft = (
        block * prices.draft_call + (unseen + block - 1) * prices.draft_position + reads * prices.draft_cached
    )
    return target, draft


def _reach(emitted: Path, gamma: int) -> Floats:
    """``sum_j min(1, prod_{i <= j} draft/target)`` from each start with a whole block after it, ``(n,)``."""
    count = len(emitted.likelihood_ratio) - gamma
    if count <= 0 or gamma == 0:
        return np.zeros(max(count, 0))
    odds = np.minimum(emitted.likelihood_ratio, 1e6)
    blocks = np.lib.stride_tricks.sliding_window_view(odds, gamma)[:count]
    reached: Floats = np.minimum(np.cumprod(blocks, axis=1), 1.0).sum(axis=1)
    return reached
