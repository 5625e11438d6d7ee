"""The laws that well-known bugs give to one token: what the law test bets on. Pure.

Each alternative is the exact law of one bug at one position, as a function of the target's and the draft's
laws there. None looks at the emitted token, so each bet is fair under the right law, whatever the method.
Which bets are made and how their wealth adds up is `harness.core.wealth`'s business; what a winner means to
a person is `harness.core.diagnosis`'s.

Shapes: N positions, V tokens. A law's row may sum to less than 1 (a bet that wastes money is still fair),
never to more. A law is kept as a `Mixture` of rows: a bet asks for one entry of each row, so the rest is
never added up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pairs.warp import warp

Floats = NDArray[np.float64]

CAP = 1000.0
"""Largest ratio that a bet pays. Keeps a token of probability zero finite; a cap only ever lowers the
wealth."""

_TINY = 1e-12


class Law(Protocol):
    """An alternative's law at N positions."""

    def at(self, tokens: NDArray[np.int64]) -> Floats:
        """``(N,)``: the probability of one token at each position."""
        ...

    def dense(self) -> Floats:
        """``(N, V)``"""
        ...


@dataclass(frozen=True, slots=True)
class Mixture:
    """Sum of ``weight * rows`` over the parts; weights ``(N, 1)`` or ``(1, 1)``, rows ``(N, V)``."""

    parts: tuple[tuple[Floats, Floats], ...]

    def at(self, tokens: NDArray[np.int64]) -> Floats:
        here = np.arange(len(tokens))
        total: Floats = sum(
            (weight[:, 0] * rows[here, tokens] for weight, rows in self.parts), start=np.zeros(len(tokens))
        )
        return total

    def dense(self) -> Floats:
        total: Floats = np.sum([weight * rows for weight, rows in self.parts], axis=0)
        return total


@dataclass(frozen=True, kw_only=True)
class Laws:
    """Everything known about N positions before their tokens are drawn; each field ``(N, V)`` float64.

    Where a warp is off (temperature 1, or top-p 1) the less warped laws equal the warped ones, and the bets
    on them neither win nor lose. The same holds for `stale_target` where nothing stale was read.
    """

    target: Floats
    """As the task asks, warped by temperature and top-p."""
    draft: Floats
    """The supplied draft's law at the same prefix, warped alike."""
    target_untrimmed: Floats
    """Temperature but no top-p."""
    draft_untrimmed: Floats
    target_raw: Floats
    """Neither temperature nor top-p."""
    draft_raw: Floats
    target_twice: Floats
    """Temperature and top-p applied twice."""
    previous_target: Floats
    """Warped law of the prefix that lacks its last token."""
    previous_draft: Floats
    target_logits: Floats
    """As the model gave them."""
    draft_logits: Floats
    stale_target: Floats
    """Warped law of another row that the submission received for this position, where there is one."""
    seen: NDArray[np.bool_]
    """``(N, V)``: whether the text has the token already, the prompt included."""
    previous_token: NDArray[np.int64]
    """``(N,)``: the last token of each prefix."""
    block_product: Floats
    """``(N, 1)``: the product of min(1, target/draft) over the tokens of the same call before this one."""
    block_bar: Floats
    """``(N, 1)``: the smallest target/draft, at most 1, of the tokens of the same call before this one."""
    remaining: NDArray[np.int64]
    """``(N,)``: how many tokens more are asked for after this one."""
    temperature: float = 1.0
    """That the task asks for, above 0."""
    top_p: float = 1.0
    eos_token_id: int | None = None

    @cached_property
    def overlap(self) -> Floats:
        """min(target, draft): mass of drafted tokens that stand, ``(N, V)``."""
        smaller: Floats = np.minimum(self.target, self.draft)
        return smaller

    @cached_property
    def rejected(self) -> Floats:
        """Chance of a rejection, ``(N, 1)``."""
        return _rest(self.overlap)

    @cached_property
    def residual(self) -> Floats:
        return _normalised_or(np.maximum(self.target - self.draft, 0.0), self.target)

    @cached_property
    def residual_tempered(self) -> Floats:
        """The residual, with the temperature applied to it once more."""
        if self.temperature == 1.0:
            return self.residual
        return _normalised_or(self.residual ** (1.0 / self.temperature), self.residual)

    @cached_property
    def surplus(self) -> Floats:
        """The residual with its sign turned: norm(max(draft - target, 0))."""
        return _normalised_or(np.maximum(self.draft - self.target, 0.0), self.draft)

    @cached_property
    def ratio(self) -> Floats:
        """target / draft, 0 where neither has mass and infinite where only the target has."""
        return _divided(self.target, self.draft)

    @cached_property
    def roots(self) -> tuple[Floats, Floats, Floats]:
        """target to the powers 1/2, 1/4 and 1/8: other temperatures are products of these, without a log."""
        half = np.sqrt(self.target)
        quarter = np.sqrt(half)
        return half, quarter, np.sqrt(quarter)

    @cached_property
    def target_rising(self) -> Floats:
        """Each row of the target sorted."""
        return np.sort(self.target, axis=1)

    @cached_property
    def draft_rising(self) -> Floats:
        return np.sort(self.draft, axis=1)

    @cached_property
    def best(self) -> Floats:
        """One-hot at the target's argmax."""
        return one_hot(self.target.argmax(axis=1), self.target.shape[1])

    @cached_property
    def eos(self) -> Floats:
        """``(1, V)``: 1 at the EOS token, where there is one."""
        flags = np.zeros((1, self.target.shape[1]))
        if self.eos_token_id is not None:
            flags[0, self.eos_token_id] = 1.0
        return flags

    @cached_property
    def draft_best(self) -> Floats:
        return one_hot(self.draft.argmax(axis=1), self.target.shape[1])

    @cached_property
    def top_three(self) -> NDArray[np.bool_]:
        """Whether a token is one of the target's three likeliest, ``(N, V)``."""
        third = np.partition(self.target, -3, axis=1)[:, [-3]]
        likely: NDArray[np.bool_] = (self.target >= third) & (self.target > 0)
        return likely

    @cached_property
    def entropy(self) -> Floats:
        """Of the target, nats, ``(N, 1)``."""
        logs = np.log(np.maximum(self.target, 1e-300))
        total: Floats = -(self.target * logs).sum(axis=1, keepdims=True)
        return total


Alternative = Callable[[Laws], Law]


def ratios(laws: Laws, tokens: NDArray[np.int64]) -> Floats:
    """``(N, K)``: alternative k's probability of the emitted token over the target's, at most `CAP`.

    Columns are in the order of `ALTERNATIVES`. A token that the target never says pays the cap wherever the
    alternative does say it.
    """
    target = laws.target[np.arange(len(tokens)), tokens]
    won = np.stack([alternative(laws).at(tokens) for alternative in ALTERNATIVES.values()], axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        quotient = np.where(target[:, None] > 0, won / target[:, None], np.where(won > 0, CAP, 0.0))
    capped: Floats = np.minimum(quotient, CAP)
    return capped


def _total(mass: Floats) -> Floats:
    total: Floats = np.einsum("nv->n", mass)[:, None]
    return total


def _normalised_or(mass: Floats, otherwise: Floats) -> Floats:
    total = _total(mass)
    safe = np.where(total > _TINY, total, 1.0)
    return np.where(total > _TINY, mass / safe, otherwise)


def _divided(above: Floats, below: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(below > 0, above / below, np.where(above > 0, np.inf, 0.0))


def one_hot(index: NDArray[np.int64], size: int) -> Floats:
    """``(N, size)``."""
    rows = np.zeros((len(index), size))
    rows[np.arange(len(index)), index] = 1.0
    return rows


def _rest(mass: Floats) -> Floats:
    """What each row lacks to 1, ``(N, 1)``."""
    lacking: Floats = np.maximum(1.0 - _total(mass), 0.0)
    return lacking


def _flag(condition: NDArray[np.bool_]) -> Floats:
    return condition.astype(np.float64)


_ALL = np.ones((1, 1))


def _plain(rows: Callable[[Laws], Floats]) -> Alternative:
    return lambda laws: Mixture(((_ALL, rows(laws)),))


def _scaled(mass: Floats, otherwise: Floats) -> Mixture:
    """``mass`` with rows divided by their sums; ``otherwise`` where there is none."""
    total = _total(mass)
    empty = total <= _TINY
    return Mixture(
        ((np.where(empty, 0.0, 1.0 / np.where(empty, 1.0, total)), mass), (_flag(empty), otherwise))
    )


def _verified(laws: Laws, acceptance: Floats, correction: Floats, proposed: Floats | None = None) -> Mixture:
    """A draft token stands with probability ``acceptance``; otherwise the token comes from ``correction``."""
    standing = (laws.draft if proposed is None else proposed) * np.minimum(acceptance, 1.0)
    return Mixture(((_ALL, standing), (_rest(standing), correction)))


def _corrected(laws: Laws, correction: Floats) -> Mixture:
    """The right acceptance test, and ``correction`` after a rejection."""
    return Mixture(((_ALL, laws.overlap), (laws.rejected, correction)))


def _power(mass: Callable[[Laws], Floats]) -> Alternative:
    """Another temperature than asked."""
    return lambda laws: _scaled(mass(laws), laws.target)


def _lenient(lenience: float) -> Alternative:
    return lambda laws: _verified(laws, laws.ratio / lenience, laws.residual)


def _padded_ratio(epsilon: float) -> Alternative:
    return lambda laws: _verified(laws, laws.target / (laws.draft + epsilon), laws.residual)


def _threshold(least: float) -> Alternative:
    return lambda laws: _verified(laws, _flag(laws.target >= least), laws.residual)


def _typical(laws: Laws) -> Mixture:
    """Medusa's typical acceptance (Cai et al. 2024): above min(0.09, 0.3 exp(-entropy))."""
    bar = np.minimum(0.09, 0.3 * np.exp(-laws.entropy))
    return _verified(laws, _flag(laws.target > bar), laws.target)


def _tilted(towards: Callable[[Laws], Floats], weight: float) -> Alternative:
    """The target, with ``1 + weight`` times the mass where ``towards`` is 1."""
    return lambda laws: _scaled(laws.target * (1.0 + weight * towards(laws)), laws.target)


def _without_drafted(laws: Laws) -> Mixture:
    """After rejecting d, the target with d struck out and the rest scaled up."""
    turned_away = np.maximum(laws.draft - laws.target, 0.0) / np.maximum(1.0 - laws.target, _TINY)
    return Mixture(
        (
            (_ALL, laws.overlap),
            (_total(turned_away), laws.target),
            (-_ALL, laws.target * turned_away),
        )
    )


def _off_the_end(laws: Laws) -> Mixture:
    """Inverse CDF over an unnormalised residual: what falls off the end becomes the last id."""
    last = one_hot(np.full(len(laws.target), laws.target.shape[1] - 1), laws.target.shape[1])
    return Mixture(
        (
            (_ALL, laws.overlap),
            (laws.rejected**2, laws.residual),
            (laws.rejected * (1.0 - laws.rejected), last),
        )
    )


def _residual_if_large(least: float) -> Alternative:
    """The target where a rejection is rarer than ``least``: a guard against division by little."""

    def law(laws: Laws) -> Mixture:
        rare = laws.rejected < least
        return Mixture(
            (
                (_ALL, laws.overlap),
                (np.where(rare, 0.0, laws.rejected), laws.residual),
                (np.where(rare, laws.rejected, 0.0), laws.target),
            )
        )

    return law


def _uniform_from(least: float) -> Alternative:
    """The test's random number is never below ``least``."""
    return lambda laws: _verified(
        laws, np.maximum(np.minimum(laws.ratio, 1.0) - least, 0.0) / (1.0 - least), laws.residual
    )


def _coarse_uniform(levels: int) -> Alternative:
    """The test's random number is a whole multiple of ``1 / levels``, from 0 on."""
    return lambda laws: _verified(laws, np.ceil(np.minimum(laws.ratio, 1.0) * levels) / levels, laws.residual)


def _draft_uniform_accepts(laws: Laws) -> Mixture:
    """The uniform that drew the draft token (inverse CDF, id order) also decides whether it stands."""
    upper = laws.draft.cumsum(axis=1)
    standing = np.clip(np.minimum(upper, np.minimum(laws.ratio, 1.0)) - (upper - laws.draft), 0.0, None)
    return Mixture(((_ALL, standing), (_rest(standing), laws.residual)))


def _unscaled_top_p(laws: Laws) -> Mixture:
    """Top-p cuts both laws and neither is scaled back to 1, in the test and in the residual."""
    target = laws.target_untrimmed * (laws.target > 0)
    draft = laws.draft_untrimmed * (laws.draft > 0)
    residual = _normalised_or(np.maximum(target - draft, 0.0), laws.target)
    return _verified(laws, _divided(target, draft), residual)


def _sharp_drafts(laws: Laws) -> Mixture:
    """Drafts drawn at about 0.7 of the temperature, the ratio made with the draft's law at the full one."""
    proposed = _normalised_or(laws.draft * np.sqrt(laws.draft), laws.draft)
    return _verified(laws, laws.ratio, laws.residual, proposed)


@dataclass(frozen=True, slots=True)
class _TestUniformCorrects:
    """The uniform that turned a draft down also draws the correction (inverse CDF, id order).

    It lies above the draft's ratio, so x goes out with overlap(x) plus the integral, over x's interval in the
    residual's CDF, of the chance that a draft has a smaller ratio.
    """

    laws: Laws

    def at(self, tokens: NDArray[np.int64]) -> Floats:
        laws, here = self.laws, np.arange(len(tokens))
        upper = laws.residual.cumsum(axis=1)[here, tokens]
        lower = upper - laws.residual[here, tokens]
        won: Floats = laws.overlap[here, tokens] + self._below(upper) - self._below(lower)
        return won

    def dense(self) -> Floats:
        count, vocab_size = self.laws.target.shape
        return np.stack([self.at(np.full(count, token)) for token in range(vocab_size)], axis=1)

    def _below(self, uniform: Floats) -> Floats:
        """Integral from 0 to ``uniform`` of the chance that a draft's ratio is smaller, ``(N,)``."""
        room = np.maximum(uniform[:, None] - np.minimum(self.laws.ratio, 1.0), 0.0)
        total: Floats = np.einsum("nv,nv->n", self.laws.draft, room)
        return total


def _repeats_redrawn(laws: Laws) -> Mixture:
    """A token that repeats the one before is drawn again, once."""
    before = np.take_along_axis(laws.target, laws.previous_token[:, None], axis=1)
    again = laws.target * one_hot(laws.previous_token, laws.target.shape[1])
    return Mixture(((1.0 + before, laws.target), (-_ALL, again)))


def logits_in_steps(laws: Laws, logits: Floats, step: float) -> Floats:
    """The law of logits that are rounded to whole multiples of ``step``."""
    return warp(np.round(logits / step) * step, temperature=laws.temperature, top_p=laws.top_p)


def penalised(laws: Laws, logits: Floats, penalty: float) -> Floats:
    """The law of logits that are lowered where the text has the token (Keskar et al., arXiv:1909.05858)."""
    lower = np.where(logits > 0, logits / penalty, logits * penalty)
    return warp(np.where(laws.seen, lower, logits), temperature=laws.temperature, top_p=laws.top_p)


def in_steps(law: Floats, step: float) -> Floats:
    """The law rounded to whole multiples of ``step`` and scaled back to 1."""
    return _normalised_or(np.round(law / step) * step, law)


def without_crossing(law: Floats, untrimmed: Floats) -> Floats:
    """Top-p that drops the token which crosses the bound: the least likely one that ``law`` keeps."""
    kept = law > 0
    cut = ((untrimmed > 0) & ~kept).any(axis=1) & (kept.sum(axis=1) > 1)
    least = np.where(kept, law, np.inf).argmin(axis=1)
    short = law * ~(cut[:, None] & (np.arange(law.shape[1]) == least[:, None]))
    return _normalised_or(short, law)


ALTERNATIVES: dict[str, Alternative] = {
    # What is accepted.
    "draft-as-is": _plain(lambda laws: laws.draft),
    "lenient-0.7": _lenient(0.7),
    "lenient-0.9": _lenient(0.9),
    "lenient-0.97": _lenient(0.97),
    "padded-ratio-1e-2": _padded_ratio(1e-2),
    "padded-ratio-1e-3": _padded_ratio(1e-3),
    "uniform-from-0.05": _uniform_from(0.05),
    "uniform-in-sixteenths": _coarse_uniform(16),
    "accept-by-target-probability": lambda laws: _verified(laws, laws.target, laws.residual),
    "accept-by-target-probability-else-target": lambda laws: _verified(laws, laws.target, laws.target),
    "accept-if-target-larger": lambda laws: _verified(laws, _flag(laws.ratio >= 1.0), laws.residual),
    "accept-if-target-larger-else-target": lambda laws: _verified(
        laws, _flag(laws.ratio >= 1.0), laws.target
    ),
    "accept-above-half-ratio": lambda laws: _verified(laws, _flag(laws.ratio > 0.5), laws.residual),
    "accept-inverted-ratio": lambda laws: _verified(laws, _divided(laws.draft, laws.target), laws.residual),
    "accept-above-threshold": _threshold(0.3),
    "accept-argmax-only": lambda laws: _verified(laws, laws.best, laws.target),
    "accept-argmax-untested": lambda laws: _verified(
        laws, np.maximum(np.minimum(laws.ratio, 1.0), laws.best), laws.residual
    ),
    "accept-top-three": lambda laws: _verified(laws, _flag(laws.top_three), laws.residual),
    "accept-confident-drafts": lambda laws: _verified(
        laws, np.where(laws.draft > 0.6, 1.0, laws.ratio), laws.residual
    ),
    "accept-typical": _typical,
    "speed-fraud": _tilted(lambda laws: _flag(laws.draft > laws.target), 0.3),
    "draft-argmax-favoured": _tilted(lambda laws: laws.draft_best, 0.3),
    # What is drafted.
    "greedy-draft-soft-ratio": lambda laws: _verified(laws, laws.ratio, laws.residual, laws.draft_best),
    "sharp-drafts": _sharp_drafts,
    "draft-argmax": _plain(lambda laws: laws.draft_best),
    "accept-by-product": lambda laws: _verified(laws, laws.ratio * laws.block_product, laws.residual),
    "second-draft-against-target": lambda laws: Mixture(
        ((1.0 + laws.rejected, laws.overlap), (laws.rejected**2, laws.residual))
    ),
    # What a rejection is followed by.
    "correct-from-target": lambda laws: _corrected(laws, laws.target),
    "correct-from-draft": lambda laws: _corrected(laws, laws.draft),
    "correct-from-surplus": lambda laws: _corrected(laws, laws.surplus),
    "correct-from-difference": lambda laws: _corrected(
        laws, _normalised_or(np.abs(laws.target - laws.draft), laws.target)
    ),
    "correct-by-residual-argmax": lambda laws: _corrected(
        laws, one_hot(laws.residual.argmax(axis=1), laws.target.shape[1])
    ),
    "correct-by-target-argmax": lambda laws: _corrected(laws, laws.best),
    "correct-by-softmax": lambda laws: _corrected(laws, _normalised_or(np.exp(laws.residual), laws.target)),
    "correct-unnormalised": _off_the_end,
    "correct-from-target-if-rare": _residual_if_large(0.1),
    "correct-without-drafted": _without_drafted,
    "correct-tempered": lambda laws: _corrected(laws, laws.residual_tempered),
    "correct-with-previous-draft-row": lambda laws: _corrected(
        laws, _normalised_or(np.maximum(laws.target - laws.previous_draft, 0.0), laws.target)
    ),
    "correct-never": lambda laws: _scaled(laws.overlap, laws.target),
    # The residual where there was no rejection.
    "residual-uncalled": _plain(lambda laws: laws.residual),
    # Temperature and top-p.
    "temperature-0.50": _power(lambda laws: laws.target * laws.target),
    "temperature-0.80": _power(lambda laws: laws.target * laws.roots[1]),
    "temperature-0.89": _power(lambda laws: laws.target * laws.roots[2]),
    "temperature-1.14": _power(lambda laws: laws.roots[0] * laws.roots[1] * laws.roots[2]),
    "temperature-1.33": _power(lambda laws: laws.roots[0] * laws.roots[1]),
    "temperature-2.00": _power(lambda laws: laws.roots[0]),
    "greedy": _plain(lambda laws: laws.best),
    "uniform": lambda laws: _scaled(_flag(laws.target > 0), laws.target),
    "no-warp": _plain(lambda laws: laws.target_raw),
    "no-top-p": _plain(lambda laws: laws.target_untrimmed),
    "warped-twice": _plain(lambda laws: laws.target_twice),
    "top-p-short": _plain(lambda laws: without_crossing(laws.target, laws.target_untrimmed)),
    "top-p-unscaled": _unscaled_top_p,
    "unwarped-drafts": lambda laws: _verified(laws, laws.ratio, laws.residual, laws.draft_raw),
    "unwarped-draft-ratio": lambda laws: _verified(
        laws,
        _divided(laws.target, laws.draft_raw),
        _normalised_or(np.maximum(laws.target - laws.draft_raw, 0.0), laws.target),
    ),
    "unwarped-target-test": lambda laws: _verified(
        laws, _divided(laws.target_raw, laws.draft), laws.residual
    ),
    "unwarped-correction": lambda laws: _corrected(
        laws, _normalised_or(np.maximum(laws.target_raw - laws.draft_raw, 0.0), laws.target)
    ),
    # EOS; where there is none these are the target's law.
    "eos-never": lambda laws: _scaled(laws.target * (1.0 - laws.eos), laws.target),
    "eos-less": _tilted(lambda laws: laws.eos, -0.6),
    "eos-more": _tilted(lambda laws: laws.eos, 1.5),
    "eos-untested": lambda laws: _verified(laws, np.maximum(laws.ratio, laws.eos), laws.residual),
    # Coarse numbers.
    "logits-in-ones": _plain(lambda laws: logits_in_steps(laws, laws.target_logits, 1.0)),
    "logits-in-halves": _plain(lambda laws: logits_in_steps(laws, laws.target_logits, 0.5)),
    "logits-in-quarters": _plain(lambda laws: logits_in_steps(laws, laws.target_logits, 0.25)),
    "probabilities-in-hundredths": _plain(lambda laws: in_steps(laws.target, 0.01)),
    "probabilities-in-thousandths": _plain(lambda laws: in_steps(laws.target, 0.001)),
    # Rows and caches.
    "row-before": _plain(lambda laws: laws.previous_target),
    "draft-row-before": _plain(lambda laws: laws.previous_draft),
    "draft-row-before-in-ratio": lambda laws: _verified(
        laws, _divided(laws.target, laws.previous_draft), laws.residual
    ),
    "target-row-before-in-test": lambda laws: _verified(
        laws, _divided(laws.previous_target, laws.draft), laws.residual
    ),
    "stale-row": _plain(lambda laws: laws.stale_target),
    "repeats-redrawn": _repeats_redrawn,
    "repeats-penalised": _plain(lambda laws: penalised(laws, laws.target_logits, 1.1)),
    "repeats-token": _plain(lambda laws: one_hot(laws.previous_token, laws.target.shape[1])),
    # Random numbers.
    # That earlier drafts of the block stood says that the block's one uniform is below their ratios.
    "one-uniform-a-block": lambda laws: _verified(laws, laws.ratio / laws.block_bar, laws.residual),
    "test-uniform-corrects": _TestUniformCorrects,
    "draft-uniform-reused": _draft_uniform_accepts,
}

NAMES: tuple[str, ...] = tuple(ALTERNATIVES)
