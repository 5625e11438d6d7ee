"""Ways to write the sampler, each wrong in one step: what the judge has names for. Pure.

Given the draft at a position, textbook code keeps it or draws a correction; each hypothesis changes one of
these steps. How well each explains the tokens is `harness.core.kernels`.
"""

from __future__ import annotations

from collections.abc import Callable
from math import erf, sqrt

import numpy as np
from numpy.typing import NDArray

from harness.core.alternatives import (
    Floats,
    Laws,
    in_steps,
    logits_in_steps,
    one_hot,
    penalised,
    without_crossing,
)
from harness.core.kernels import Hypothesis, Rule, Step, quotient, scaled
from pairs.warp import warp


def _flag(rule: Callable[[Step], NDArray[np.bool_]]) -> Rule:
    return lambda step: rule(step).astype(float)


def _lenient(lenience: float) -> Hypothesis:
    return Hypothesis(bug="lenient", accept=lambda step: step.ratio / lenience)


def _padded(epsilon: float) -> Hypothesis:
    return Hypothesis(bug="padded-ratio", accept=lambda step: step.target / (step.draft + epsilon))


def _threshold(least: float) -> Hypothesis:
    return Hypothesis(bug="accept-by-threshold", accept=_flag(lambda step: step.target >= least))


def _tested(step: Step) -> Floats:
    """The right test."""
    return np.minimum(step.ratio, 1.0)


def _same_uniform(least: float, most: float) -> Hypothesis:
    """Every test has the same random number, somewhere between the two."""
    return Hypothesis(bug="same-uniform", accept=lambda step: (step.ratio - least) / (most - least))


def _forgiving(step: Step, share: Floats) -> Floats:
    """A rejection gets lost in this share of cases, ``(N, 1)``."""
    accept: Floats = _tested(step) + share * (1.0 - _tested(step))
    return accept


def _all_others_stand(step: Step) -> Floats:
    """About how likely a block's other drafts all pass, ``(N, 1)``."""
    others: Floats = (1.0 - step.laws.rejected) ** np.maximum(step.left - 1, 0)[:, None]
    return others


def _powered(exponent: float) -> Hypothesis:
    return Hypothesis(bug="ratio-powered", accept=lambda step: _tested(step) ** exponent)


def _bonus_at(exponent: float) -> Hypothesis:
    return Hypothesis(bug="bonus-temperature", bonus=lambda step: scaled(step.target**exponent, step.target))


def _long(law: Floats, untrimmed: Floats) -> Floats:
    """Top-p with one token more than it keeps."""
    trimmed = np.where(law > 0, 0.0, untrimmed)
    more = one_hot(trimmed.argmax(axis=1), law.shape[1]) * (trimmed > 0)
    return scaled(np.where((law > 0) | (more > 0), untrimmed, 0.0), law)


def _with_eos(factor: float, law: Floats, laws: Laws) -> Floats:
    """EOS ``factor`` times as likely, against all others."""
    return scaled(law * (1.0 + (factor - 1.0) * laws.eos), law)


def _eos_times(bug: str, factor: float) -> Hypothesis:
    return Hypothesis(
        bug=bug,
        target=lambda laws: _with_eos(factor, laws.target, laws),
        draft=lambda laws: _with_eos(min(factor, 1.0), laws.draft, laws),
    )


def _coarse(rounded: Callable[[Laws, Floats, Floats], Floats]) -> Hypothesis:
    """``rounded`` takes a model's logits and its law."""
    return Hypothesis(
        bug="coarse-numbers",
        target=lambda laws: rounded(laws, laws.target_logits, laws.target),
        draft=lambda laws: rounded(laws, laws.draft_logits, laws.draft),
    )


def _coarse_logits(step: float) -> Hypothesis:
    return _coarse(lambda laws, logits, law: logits_in_steps(laws, logits, step))


def _coarse_probabilities(step: float) -> Hypothesis:
    return _coarse(lambda laws, logits, law: in_steps(law, step))


def _cut(least: Callable[[Floats], Floats]) -> Hypothesis:
    """``least`` takes a law in rising order and gives the smallest probability that stays, ``(N, 1)``."""

    def cut(law: Floats, rising: Floats) -> Floats:
        return scaled(np.where(law >= least(rising), law, 0.0), law)

    return Hypothesis(
        bug="truncated",
        target=lambda laws: cut(laws.target, laws.target_rising),
        draft=lambda laws: cut(laws.draft, laws.draft_rising),
    )


def _cut_to(count: int) -> Hypothesis:
    return _cut(lambda rising: rising[:, [-min(count, rising.shape[1])]])


def _cut_below(share: float) -> Hypothesis:
    """Of the likeliest token's probability."""
    return _cut(lambda rising: share * rising[:, [-1]])


def _penalised(penalty: float) -> Hypothesis:
    return Hypothesis(
        bug="repeats-penalised",
        target=lambda laws: penalised(laws, laws.target_logits, penalty),
        draft=lambda laws: penalised(laws, laws.draft_logits, penalty),
    )


def _clamped(least: float) -> Hypothesis:
    return Hypothesis(bug="ratio-clamped", accept=lambda step: np.maximum(_tested(step), least))


def _kept_before(laws: Laws, logits: Floats) -> Floats:
    """Top-p, then the temperature."""
    kept = warp(logits, temperature=1.0, top_p=laws.top_p) > 0
    return scaled(np.where(kept, warp(logits, temperature=laws.temperature), 0.0), laws.target)


def _greedy_below(temperature: float) -> Hypothesis:
    def or_best(rule: Rule) -> Rule:
        return lambda step: step.laws.best if step.laws.temperature < temperature else rule(step)

    return Hypothesis(
        bug="greedy-sampling",
        accept=or_best(_tested),
        correct=or_best(lambda step: step.residual),
        bonus=or_best(lambda step: step.target),
    )


def _target_if_rare(least: float) -> Hypothesis:
    return Hypothesis(
        bug="correct-from-target-if-rare",
        correct=lambda step: np.where(step.laws.rejected < least, step.target, step.residual),
    )


def _at_the_end(bug: str, law: Rule, *, alone: bool) -> Hypothesis:
    """The last token that is asked for comes from another law: always, or only from a round of its own."""

    def there(rule: Rule) -> Rule:
        return lambda step: np.where(
            step.last_of_all & (step.first_of_block | (not alone)), law(step), rule(step)
        )

    return Hypothesis(
        bug=bug,
        accept=there(_tested),
        correct=there(lambda step: step.residual),
        bonus=there(lambda step: step.target),
    )


def _first_without_eos(law: Floats, step: Step) -> Floats:
    """EOS is not allowed as the first new token."""
    return np.where(step.first_of_all, scaled(law * (1.0 - step.laws.eos), law), law)


def _residual_without_eos(step: Step) -> Floats:
    target, draft = _first_without_eos(step.target, step), _first_without_eos(step.draft, step)
    return scaled(np.maximum(target - draft, 0.0), target)


def _rolled_draft(step: Step) -> Floats:
    """The draft's row of the position before; the first of a block has its own."""
    return np.where(step.first_of_block, step.draft, step.laws.previous_draft)


def _rolled_residual(step: Step) -> Floats:
    return scaled(np.maximum(step.target - _rolled_draft(step), 0.0), step.target)


def _residual_behind(step: Step) -> Floats:
    return scaled(np.maximum(step.behind.target - step.behind.draft, 0.0), step.behind.target)


_NORMAL_CDF = np.vectorize(lambda x: 0.5 + 0.5 * erf(min(x, 9.0) / sqrt(2.0)), otypes=[np.float64])


def _normal_below(step: Step) -> Floats:
    """Right at the drafts and 0 elsewhere, where nobody asks: erf is slow."""
    below, drafts = np.zeros(step.ratio.shape), (np.arange(len(step.drafted)), step.drafted)
    below[drafts] = _NORMAL_CDF(step.ratio[drafts])
    return below


def _at_temperature(factor: float) -> Hypothesis:
    """Of what was asked; top-p comes after it."""

    def law(laws: Laws) -> Floats:
        return warp(laws.target_logits, temperature=factor * laws.temperature, top_p=laws.top_p)

    return Hypothesis(bug="temperature", target=law)


def _off_the_end(step: Step) -> Floats:
    last = np.zeros_like(step.target)
    last[:, -1] = 1.0
    mass = np.maximum(step.target - step.draft, 0.0)
    # Rounding may take the sum above 1.
    law: Floats = mass + np.maximum(1.0 - mass.sum(axis=1, keepdims=True), 0.0) * last
    return law


def _uniform_reused(step: Step) -> Floats:
    """The uniform that drew token x lies in x's interval of the CDF: chance that it is below the ratio."""
    lower = step.draft.cumsum(axis=1) - step.draft
    room = np.clip(np.minimum(step.ratio, 1.0) - lower, 0.0, step.draft)
    return np.where(step.draft > 0, room / np.where(step.draft > 0, step.draft, 1.0), 0.0)


def _typical(step: Step) -> Floats:
    bar = np.minimum(0.09, 0.3 * np.exp(-step.laws.entropy))
    return (step.target > bar).astype(float)


def _difference(step: Step) -> Floats:
    return scaled(np.abs(step.target - step.draft), step.target)


def _previous_draft_residual(step: Step) -> Floats:
    return scaled(np.maximum(step.target - step.laws.previous_draft, 0.0), step.target)


_LAST_LAWS: dict[str, Rule] = {
    "last-token-by-argmax": lambda step: step.laws.best,
    "last-token-from-draft": lambda step: step.draft,
}

HYPOTHESES: tuple[Hypothesis, ...] = (
    Hypothesis(bug="none"),
    # Acceptance.
    Hypothesis(bug="accept-always", accept=_flag(lambda step: step.target >= 0.0)),
    _lenient(0.5),
    _lenient(0.7),
    _lenient(0.8),
    _lenient(0.9),
    _lenient(0.97),
    _padded(1e-2),
    _padded(1e-3),
    Hypothesis(bug="accept-by-target-probability", accept=lambda step: step.target),
    Hypothesis(bug="draws-again", accept=lambda step: step.target, correct=lambda step: step.target),
    Hypothesis(bug="accept-if-target-larger", accept=_flag(lambda step: step.ratio >= 1.0)),
    Hypothesis(
        bug="accept-if-target-larger",
        accept=_flag(lambda step: step.ratio >= 1.0),
        correct=lambda step: step.target,
    ),
    *(_same_uniform(n / 20, (n + 1) / 20) for n in range(20)),
    *(_powered(exponent) for exponent in (0.5, 2.0)),
    Hypothesis(bug="accept-sometimes-untested", accept=lambda step: _forgiving(step, np.full((1, 1), 0.1))),
    Hypothesis(bug="accept-sometimes-untested", accept=lambda step: _forgiving(step, np.full((1, 1), 0.25))),
    Hypothesis(bug="uniform-off", accept=lambda step: (_tested(step) - 0.05) / 0.95),
    Hypothesis(bug="uniform-off", accept=lambda step: np.ceil(16 * _tested(step)) / 16),
    Hypothesis(bug="normal-for-uniform", accept=_normal_below),
    Hypothesis(bug="accept-by-product", accept=lambda step: step.ratio * step.laws.block_product),
    Hypothesis(bug="accept-by-difference", accept=lambda step: 1.0 - (step.draft - step.target)),
    *(_clamped(least) for least in (0.05, 0.1, 0.2)),
    _threshold(0.1),
    _threshold(0.3),
    Hypothesis(
        bug="accept-inverted-ratio",
        accept=lambda step: np.where(step.ratio > 0, 1.0 / np.maximum(step.ratio, 1e-12), 1.0),
    ),
    Hypothesis(bug="accept-by-rank", accept=lambda step: step.laws.best, correct=lambda step: step.target),
    Hypothesis(bug="accept-by-rank", accept=lambda step: step.laws.best),
    Hypothesis(
        bug="accept-by-rank", accept=lambda step: np.maximum(np.minimum(step.ratio, 1.0), step.laws.best)
    ),
    Hypothesis(bug="accept-by-rank", accept=_flag(lambda step: step.laws.top_three)),
    Hypothesis(
        bug="accept-confident-drafts", accept=lambda step: np.where(step.draft > 0.6, 1.0, step.ratio)
    ),
    Hypothesis(bug="accept-typical", accept=_typical, correct=lambda step: step.target),
    Hypothesis(bug="accept-typical", accept=_typical),
    Hypothesis(bug="draft-uniform-reused", accept=_uniform_reused),
    Hypothesis(bug="one-uniform-a-block", accept=lambda step: step.ratio / step.laws.block_bar),
    # Which drafts are tested.
    Hypothesis(
        bug="first-draft-unverified",
        accept=lambda step: np.where(step.first_of_block, 1.0, _tested(step)),
    ),
    Hypothesis(
        bug="first-draft-unverified",
        accept=lambda step: _forgiving(step, step.first_of_block * _all_others_stand(step)),
    ),
    Hypothesis(
        bug="last-draft-unverified",
        accept=lambda step: np.where(step.left[:, None] == 1, 1.0, _tested(step)),
    ),
    Hypothesis(
        bug="later-drafts-unverified",
        accept=lambda step: np.where(step.first_of_block, _tested(step), 1.0),
    ),
    Hypothesis(
        bug="first-token-from-draft",
        accept=lambda step: np.where(step.first_of_all, 1.0, _tested(step)),
        correct=lambda step: np.where(step.first_of_all, step.draft, step.residual),
        bonus=lambda step: np.where(step.first_of_all, step.draft, step.target),
    ),
    Hypothesis(
        bug="first-token-by-argmax",
        accept=lambda step: np.where(step.first_of_all, step.laws.best, _tested(step)),
        correct=lambda step: np.where(step.first_of_all, step.laws.best, step.residual),
        bonus=lambda step: np.where(step.first_of_all, step.laws.best, step.target),
    ),
    *(_at_the_end(bug, law, alone=alone) for bug, law in _LAST_LAWS.items() for alone in (False, True)),
    # Correction.
    *(_target_if_rare(least) for least in (0.1, 0.5)),
    Hypothesis(bug="rank-for-id", correct=lambda step: -np.sort(-step.residual, axis=1)),
    Hypothesis(bug="correct-with-next-row", correct=_residual_behind),
    Hypothesis(
        bug="correct-with-next-row",
        correct=lambda step: np.where(step.left[:, None] > 1, _residual_behind(step), step.residual),
    ),
    Hypothesis(
        bug="correct-with-next-row",
        correct=lambda step: scaled(np.maximum(step.behind.target - step.draft, 0.0), step.behind.target),
    ),
    Hypothesis(bug="correct-from-target", correct=lambda step: step.target),
    Hypothesis(bug="correct-without-drafted", correct=lambda step: step.target, strikes_out_draft=True),
    Hypothesis(
        bug="correct-tempered",
        correct=lambda step: scaled(step.residual ** (1.0 / step.laws.temperature), step.residual),
    ),
    Hypothesis(bug="correct-from-draft", correct=lambda step: step.draft),
    Hypothesis(
        bug="correct-from-surplus",
        correct=lambda step: scaled(np.maximum(step.draft - step.target, 0.0), step.draft),
    ),
    Hypothesis(bug="correct-from-difference", correct=_difference),
    Hypothesis(
        bug="correct-by-argmax",
        correct=lambda step: one_hot(step.residual.argmax(axis=1), step.target.shape[1]),
    ),
    Hypothesis(bug="correct-by-argmax", correct=lambda step: step.laws.best),
    Hypothesis(bug="correct-by-softmax", correct=lambda step: scaled(np.exp(step.residual), step.target)),
    Hypothesis(bug="correct-unnormalised", correct=_off_the_end),
    Hypothesis(bug="correct-with-row-before", correct=_previous_draft_residual),
    Hypothesis(bug="correct-with-row-before", correct=_rolled_residual),
    # Bonus.
    Hypothesis(bug="bonus-from-draft", bonus=lambda step: step.draft),
    Hypothesis(bug="bonus-from-residual", bonus=lambda step: step.residual),
    Hypothesis(bug="bonus-by-argmax", bonus=lambda step: step.laws.best),
    Hypothesis(bug="bonus-unwarped", bonus=lambda step: step.laws.target_raw),
    Hypothesis(bug="bonus-row-before", bonus=lambda step: step.laws.previous_target),
    *(_bonus_at(exponent) for exponent in (0.5, 2.0)),
    Hypothesis(
        bug="repeats",
        bonus=lambda step: np.where(
            step.first_of_block, step.target, one_hot(step.laws.previous_token, step.target.shape[1])
        ),
    ),
    # Temperature and top-p.
    *(_at_temperature(factor) for factor in (0.5, 0.7, 0.8, 0.9, 1.1, 1.25, 1.5, 2.0)),
    *(_greedy_below(temperature) for temperature in (1.0, np.inf)),
    Hypothesis(bug="no-warp", target=lambda laws: laws.target_raw),
    Hypothesis(bug="no-warp", target=lambda laws: laws.target_raw, draft=lambda laws: laws.draft_raw),
    Hypothesis(bug="no-top-p", target=lambda laws: laws.target_untrimmed),
    Hypothesis(
        bug="no-top-p", target=lambda laws: laws.target_untrimmed, draft=lambda laws: laws.draft_untrimmed
    ),
    Hypothesis(
        bug="top-p-short",
        target=lambda laws: without_crossing(laws.target, laws.target_untrimmed),
        draft=lambda laws: without_crossing(laws.draft, laws.draft_untrimmed),
    ),
    Hypothesis(
        bug="top-p-long",
        target=lambda laws: _long(laws.target, laws.target_untrimmed),
        draft=lambda laws: _long(laws.draft, laws.draft_untrimmed),
    ),
    Hypothesis(bug="warped-twice", target=lambda laws: laws.target_twice),
    Hypothesis(
        bug="warped-twice",
        target=lambda laws: laws.target_twice,
        draft=lambda laws: warp(laws.draft_logits, temperature=laws.temperature**2, top_p=laws.top_p),
    ),
    Hypothesis(
        bug="top-p-unscaled",
        target=lambda laws: laws.target_untrimmed * (laws.target > 0),
        draft=lambda laws: laws.draft_untrimmed * (laws.draft > 0),
        bonus=lambda step: step.laws.target,
    ),
    Hypothesis(bug="unwarped-draft-ratio", draft=lambda laws: laws.draft_raw),
    Hypothesis(
        bug="unwarped-correction",
        correct=lambda step: scaled(
            np.maximum(step.laws.target_raw - step.laws.draft_raw, 0.0), step.laws.target_raw
        ),
    ),
    Hypothesis(
        bug="top-p-before-temperature",
        target=lambda laws: _kept_before(laws, laws.target_logits),
        draft=lambda laws: _kept_before(laws, laws.draft_logits),
    ),
    *(
        Hypothesis(bug="unwarped-test", accept=test)
        for test in (
            lambda step: quotient(step.laws.target_raw, step.laws.draft_raw),
            lambda step: quotient(step.laws.target_raw, step.draft),
        )
    ),
    *(_cut_to(count) for count in (5, 10, 20, 50)),
    *(_cut_below(share) for share in (0.02, 0.05, 0.1)),
    *(_penalised(penalty) for penalty in (1.05, 1.1, 1.2, 1.3)),
    # EOS.
    _eos_times("eos-suppressed", 0.0),
    Hypothesis(
        bug="eos-suppressed",
        accept=lambda step: quotient(
            _first_without_eos(step.target, step), _first_without_eos(step.draft, step)
        ),
        correct=_residual_without_eos,
        bonus=lambda step: _first_without_eos(step.target, step),
    ),
    *(_eos_times("eos-scaled", factor) for factor in (0.3, 2.0, 4.0, 12.0)),
    Hypothesis(bug="eos-untested", accept=lambda step: np.maximum(_tested(step), step.laws.eos)),
    # Coarse numbers.
    *(_coarse_logits(step) for step in (1.0, 0.5, 0.25)),
    *(_coarse_probabilities(step) for step in (0.01, 0.001)),
    # Rows and caches.
    Hypothesis(bug="row-before", target=lambda laws: laws.previous_target),
    Hypothesis(bug="draft-row-before", draft=lambda laws: laws.previous_draft),
    Hypothesis(
        bug="draft-row-before",
        accept=lambda step: quotient(step.target, _rolled_draft(step)),
        correct=_rolled_residual,
    ),
    Hypothesis(bug="draft-row-before", accept=lambda step: quotient(step.target, _rolled_draft(step))),
    Hypothesis(bug="stale-cache", target=lambda laws: laws.stale_target),
)

BUGS: tuple[str, ...] = tuple(each.bug for each in HYPOTHESES)
