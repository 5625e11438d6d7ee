"""How likely each bug makes the tokens that came back, *given the drafts*. Names a bug; decides nothing.

Given the draft at a position, textbook code keeps it or draws a correction; each hypothesis changes one of
these steps. Such likelihoods name a bug from ten times fewer tokens than outputs alone, but right methods of
another kind (block verification, several drafts) break them: so they may only be asked once the law is
rejected.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import erf, sqrt

import numpy as np
from numpy.typing import NDArray

from harness.core.alternatives import Floats, Laws, one_hot, without_crossing
from harness.core.blocks import Placement, Stratum

_FLOOR = 1e-3
"""Weight of the plain target law in every hypothesis, so that a single odd token cannot settle a name."""

Tokens = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Step:
    """What the code believes at N positions: the laws that it uses as target's and draft's, ``(N, V)``."""

    target: Floats
    draft: Floats
    laws: Laws
    """The true ones."""
    index: Tokens
    """``(N,)``: place in the block, 0 for its first token."""
    left: Tokens
    """``(N,)``: drafts of the block at this position and after it."""

    @property
    def first_of_block(self) -> NDArray[np.bool_]:
        """``(N, 1)``"""
        flags: NDArray[np.bool_] = self.index[:, None] == 0
        return flags

    @property
    def first_of_all(self) -> NDArray[np.bool_]:
        """``(N, 1)``: the first token after the prompt; the positions are those of a whole run."""
        flags: NDArray[np.bool_] = np.arange(len(self.index))[:, None] == 0
        return flags

    @property
    def ratio(self) -> Floats:
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(self.draft > 0, self.target / self.draft, np.where(self.target > 0, np.inf, 0.0))

    @property
    def residual(self) -> Floats:
        return _scaled(np.maximum(self.target - self.draft, 0.0), self.target)


Rule = Callable[[Step], Floats]


@dataclass(frozen=True, kw_only=True)
class Hypothesis:
    """One way to write the sampler. Each rule gives ``(N, V)``."""

    bug: str
    target: Callable[[Laws], Floats] = lambda laws: laws.target
    draft: Callable[[Laws], Floats] = lambda laws: laws.draft
    accept: Rule = lambda step: np.minimum(step.ratio, 1.0)
    """Chance that a draft token, by id, stands."""
    correct: Rule = lambda step: step.residual
    bonus: Rule = lambda step: step.target
    strikes_out_draft: bool = False
    """A correction is never the drafted token; the rest of ``correct`` is scaled up."""


def likelihoods(laws: Laws, tokens: Tokens, placement: Placement) -> Floats:
    """Log-likelihood of each token of one run under each of `HYPOTHESES`, ``(N, H)``."""
    return np.stack([_likelihood(each, laws, tokens, placement) for each in HYPOTHESES], axis=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """How a hypothesis fits N tokens of one run. Each measure is what it expects less what came, and the
    variance of that, ``(N, 2)``."""

    place: Tokens
    """``(N,)``: index in the block up to 3, 4 for the bonus token."""
    ratio: Tokens
    """``(N,)``: target/draft of the drafted token, in five steps; -1 where there was none."""
    nats: Floats
    """Log-likelihood."""
    kept: Floats
    """Whether the draft stands."""
    over: Floats
    """Whether the token is likelier under the draft than under the target."""


_RATIO_STEPS = np.array([0.25, 0.5, 0.8, 1.0])


def fit(hypothesis: int, laws: Laws, tokens: Tokens, placement: Placement) -> Fit:
    """Hold the hypothesis's own law against the tokens: being the likeliest of many is not being right."""
    law = _law(HYPOTHESES[hypothesis], laws, placement)
    law /= law.sum(axis=1, keepdims=True)
    at, drafted = np.arange(len(tokens)), placement.drafted
    logs = np.log(law)
    expected = np.einsum("nv,nv->n", law, logs)
    variance = np.einsum("nv,nv->n", law, logs**2) - expected**2
    over = laws.draft > laws.target
    ratio = np.searchsorted(_RATIO_STEPS, laws.ratio[at, drafted], side="right")
    return Fit(
        place=np.where(placement.stratum == Stratum.BONUS, 4, np.minimum(placement.index, 3)),
        ratio=np.where(drafted >= 0, ratio, -1),
        nats=np.stack([expected - logs[at, tokens], variance], axis=1),
        kept=_event(np.where(drafted >= 0, law[at, drafted], 0.0), tokens == drafted),
        over=_event(np.einsum("nv,nv->n", law, over.astype(float)), over[at, tokens]),
    )


def _event(chance: Floats, came: NDArray[np.bool_]) -> Floats:
    return np.stack([chance - came, chance * (1.0 - chance)], axis=1)


def deviations(fits: Iterable[tuple[str, Fit]]) -> float:
    """The worst misfit in any place of the block, at any ratio and on any pair, in standard deviations.

    A wrong name may fit overall and fail somewhere: what is wrong with the first draft of a block is thinned
    out by all the others.
    """
    sums: dict[tuple[str, str], Floats] = {}
    for pair, each in fits:
        groups = {f"pair {pair}": np.ones(len(each.place), dtype=bool)}
        groups |= {f"place {n}": each.place == n for n in range(5)}
        groups |= {f"ratio {n}": each.ratio == n for n in range(len(_RATIO_STEPS) + 1)}
        for group, member in groups.items():
            for measure in _SLACK:
                key, values = (group, measure), getattr(each, measure)
                sums[key] = sums.get(key, np.zeros(2)) + values[member].sum(axis=0)
    worst = [abs(gap) / np.sqrt(spread + _SLACK[measure]) for (_, measure), (gap, spread) in sums.items()]
    return float(max(worst, default=0.0))


_SLACK = {"nats": 25.0, "kept": 4.0, "over": 4.0}
"""Added to a variance, so that one odd token in a small group condemns nothing."""


def draft_laws(laws: Laws, placement: Placement) -> dict[str, float]:
    """By bug: log-likelihood of one run's drafts as that bug draws them, less the supplied draft's."""
    rows = np.flatnonzero(placement.drafted >= 0)
    law, tokens, at = laws.draft[rows], placement.drafted[rows], np.arange(len(rows))
    supplied = np.log(law[at, tokens] + 1e-9)
    sharp = law ** (1 / 0.7)
    said = {
        "greedy-draft-soft-ratio": np.where(law.argmax(axis=1) == tokens, 1.0, 1e-3),
        "sharp-drafts": sharp[at, tokens] / sharp.sum(axis=1) + 1e-9,
        "unwarped-drafts": laws.draft_raw[rows][at, tokens] + 1e-9,
    }
    return {bug: float((np.log(chance) - supplied).sum()) for bug, chance in said.items()}


def _step(hypothesis: Hypothesis, laws: Laws, placement: Placement) -> Step:
    return Step(
        target=hypothesis.target(laws),
        draft=hypothesis.draft(laws),
        laws=laws,
        index=placement.index,
        left=placement.left,
    )


def _law(hypothesis: Hypothesis, laws: Laws, placement: Placement) -> Floats:
    """``(N, V)``: the hypothesis's law of each token given its draft, with some of the target's."""
    step, drafted = _step(hypothesis, laws, placement), placement.drafted
    at = np.arange(len(drafted))
    stands = np.clip(hypothesis.accept(step)[at, drafted], 0.0, 1.0)[:, None]
    correction = hypothesis.correct(step)
    if hypothesis.strikes_out_draft:
        correction = correction * (1.0 - one_hot(drafted, correction.shape[1]))
        correction = _scaled(correction, step.target)
    verified = stands * one_hot(drafted, correction.shape[1]) + (1.0 - stands) * correction
    law = np.where(drafted[:, None] >= 0, verified, hypothesis.bonus(step))
    mixed: Floats = (1.0 - _FLOOR) * law + _FLOOR * laws.target + 1e-30
    return mixed


def _likelihood(hypothesis: Hypothesis, laws: Laws, tokens: Tokens, placement: Placement) -> Floats:
    step, drafted = _step(hypothesis, laws, placement), placement.drafted
    at = np.arange(len(tokens))
    stands = np.clip(hypothesis.accept(step)[at, drafted], 0.0, 1.0)
    correction = hypothesis.correct(step)
    corrected = correction[at, tokens]
    if hypothesis.strikes_out_draft:
        corrected = (tokens != drafted) * corrected / np.maximum(1.0 - correction[at, drafted], 1e-9)
    verified = stands * (tokens == drafted) + (1.0 - stands) * corrected
    chance = np.where(drafted >= 0, verified, hypothesis.bonus(step)[at, tokens])
    return np.log((1.0 - _FLOOR) * chance + _FLOOR * laws.target[at, tokens] + 1e-30)


def _scaled(mass: Floats, otherwise: Floats) -> Floats:
    total = mass.sum(axis=1, keepdims=True)
    return np.where(total > 1e-12, mass / np.where(total > 1e-12, total, 1.0), otherwise)


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
    return Hypothesis(bug="bonus-temperature", bonus=lambda step: _scaled(step.target**exponent, step.target))


def _long(law: Floats, untrimmed: Floats) -> Floats:
    """Top-p with one token more than it keeps."""
    trimmed = np.where(law > 0, 0.0, untrimmed)
    more = one_hot(trimmed.argmax(axis=1), law.shape[1]) * (trimmed > 0)
    return _scaled(np.where((law > 0) | (more > 0), untrimmed, 0.0), law)


_NORMAL_BELOW = np.vectorize(lambda x: 0.5 + 0.5 * erf(min(x, 9.0) / sqrt(2.0)), otypes=[np.float64])


def _at_temperature(temperature: float) -> Hypothesis:
    def law(laws: Laws) -> Floats:
        with np.errstate(divide="ignore"):
            logs = np.log(laws.target) / temperature
        return _scaled(np.exp(logs - logs.max(axis=1, keepdims=True)), laws.target)

    return Hypothesis(bug="temperature", target=law)


def _off_the_end(step: Step) -> Floats:
    last = np.zeros_like(step.target)
    last[:, -1] = 1.0
    mass = np.maximum(step.target - step.draft, 0.0)
    law: Floats = mass + (1.0 - mass.sum(axis=1, keepdims=True)) * last
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
    return _scaled(np.abs(step.target - step.draft), step.target)


def _previous_draft_residual(step: Step) -> Floats:
    return _scaled(np.maximum(step.target - step.laws.previous_draft, 0.0), step.target)


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
    Hypothesis(bug="normal-for-uniform", accept=lambda step: _NORMAL_BELOW(step.ratio)),
    Hypothesis(bug="accept-by-product", accept=lambda step: step.ratio * step.laws.block_product),
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
    # Correction.
    Hypothesis(
        bug="correct-from-target-if-rare",
        correct=lambda step: np.where(step.laws.rejected < 0.1, step.target, step.residual),
    ),
    Hypothesis(bug="correct-from-target", correct=lambda step: step.target),
    Hypothesis(bug="correct-without-drafted", correct=lambda step: step.target, strikes_out_draft=True),
    Hypothesis(
        bug="correct-tempered",
        correct=lambda step: _scaled(step.residual ** (1.0 / step.laws.temperature), step.residual),
    ),
    Hypothesis(bug="correct-from-draft", correct=lambda step: step.draft),
    Hypothesis(
        bug="correct-from-surplus",
        correct=lambda step: _scaled(np.maximum(step.draft - step.target, 0.0), step.draft),
    ),
    Hypothesis(bug="correct-from-difference", correct=_difference),
    Hypothesis(
        bug="correct-by-argmax",
        correct=lambda step: one_hot(step.residual.argmax(axis=1), step.target.shape[1]),
    ),
    Hypothesis(bug="correct-by-argmax", correct=lambda step: step.laws.best),
    Hypothesis(bug="correct-by-softmax", correct=lambda step: _scaled(np.exp(step.residual), step.target)),
    Hypothesis(bug="correct-unnormalised", correct=_off_the_end),
    Hypothesis(bug="correct-with-row-before", correct=_previous_draft_residual),
    # Bonus.
    Hypothesis(bug="bonus-from-draft", bonus=lambda step: step.draft),
    Hypothesis(bug="bonus-from-residual", bonus=lambda step: step.residual),
    Hypothesis(bug="bonus-by-argmax", bonus=lambda step: step.laws.best),
    Hypothesis(bug="bonus-unwarped", bonus=lambda step: step.laws.target_raw),
    Hypothesis(bug="bonus-row-before", bonus=lambda step: step.laws.previous_target),
    *(_bonus_at(exponent) for exponent in (0.5, 2.0)),
    # Temperature and top-p.
    *(_at_temperature(temperature) for temperature in (0.5, 0.8, 0.9, 1.1, 1.25, 2.0)),
    Hypothesis(
        bug="greedy-sampling",
        accept=lambda step: step.laws.best,
        correct=lambda step: step.laws.best,
        bonus=lambda step: step.laws.best,
    ),
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
        bug="top-p-unscaled",
        target=lambda laws: laws.target_untrimmed * (laws.target > 0),
        draft=lambda laws: laws.draft_untrimmed * (laws.draft > 0),
        bonus=lambda step: step.laws.target,
    ),
    Hypothesis(bug="unwarped-draft-ratio", draft=lambda laws: laws.draft_raw),
    # Rows and caches.
    Hypothesis(bug="row-before", target=lambda laws: laws.previous_target),
    Hypothesis(bug="draft-row-before", draft=lambda laws: laws.previous_draft),
    Hypothesis(bug="stale-cache", target=lambda laws: laws.stale_target),
)

BUGS: tuple[str, ...] = tuple(each.bug for each in HYPOTHESES)
