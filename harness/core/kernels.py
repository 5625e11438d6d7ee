"""How likely each bug makes the tokens that came back, *given the drafts*. Names a bug; decides nothing.

Given the draft at a position, textbook code keeps it or draws a correction; each hypothesis changes one of
these steps. Such likelihoods name a bug from ten times fewer tokens than outputs alone, but right methods of
another kind (block verification, several drafts) break them: so they may only be asked once the law is
rejected.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.core.alternatives import Floats, Laws

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


def likelihoods(laws: Laws, tokens: Tokens, drafted: Tokens) -> Floats:
    """Log-likelihood of each token under each of `HYPOTHESES`, ``(N, H)``. ``drafted`` is -1 for none."""
    return np.stack([_likelihood(each, laws, tokens, drafted) for each in HYPOTHESES], axis=1)


def misfit(hypothesis: int, laws: Laws, tokens: Tokens, drafted: Tokens) -> tuple[float, float]:
    """How much less likely the tokens are than draws from the hypothesis would be: nats, and their variance.

    Sums over tokens add up; a sum many deviations above 0 says that the hypothesis is not the bug, however
    well it does beside the others.
    """
    law = _law(HYPOTHESES[hypothesis], laws, drafted)
    logs = np.log(law)
    expected = (law * logs).sum(axis=1)
    variance = (law * logs**2).sum(axis=1) - expected**2
    return float((expected - logs[np.arange(len(tokens)), tokens]).sum()), float(variance.sum())


def _law(hypothesis: Hypothesis, laws: Laws, drafted: Tokens) -> Floats:
    """``(N, V)``: the hypothesis's law of each token given its draft, with some of the target's."""
    step = Step(target=hypothesis.target(laws), draft=hypothesis.draft(laws), laws=laws)
    at = np.arange(len(drafted))
    stands = np.clip(hypothesis.accept(step)[at, drafted], 0.0, 1.0)[:, None]
    correction = hypothesis.correct(step)
    if hypothesis.strikes_out_draft:
        correction = correction * (1.0 - _one_hot(drafted, correction))
        correction = _scaled(correction, step.target)
    verified = stands * _one_hot(drafted, correction) + (1.0 - stands) * correction
    law = np.where(drafted[:, None] >= 0, verified, hypothesis.bonus(step))
    mixed: Floats = (1.0 - _FLOOR) * law + _FLOOR * laws.target + 1e-30
    return mixed


def _likelihood(hypothesis: Hypothesis, laws: Laws, tokens: Tokens, drafted: Tokens) -> Floats:
    step = Step(target=hypothesis.target(laws), draft=hypothesis.draft(laws), laws=laws)
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


def _one_hot(index: Tokens, like: Floats) -> Floats:
    rows = np.zeros_like(like)
    rows[np.arange(len(index)), index] = 1.0
    return rows


def _flag(rule: Callable[[Step], NDArray[np.bool_]]) -> Rule:
    return lambda step: rule(step).astype(float)


def _lenient(lenience: float) -> Hypothesis:
    return Hypothesis(bug="lenient", accept=lambda step: step.ratio / lenience)


def _padded(epsilon: float) -> Hypothesis:
    return Hypothesis(bug="padded-ratio", accept=lambda step: step.target / (step.draft + epsilon))


def _threshold(least: float) -> Hypothesis:
    return Hypothesis(bug="accept-by-threshold", accept=_flag(lambda step: step.target >= least))


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
    Hypothesis(
        bug="accept-by-target-probability",
        accept=lambda step: step.target,
        correct=lambda step: step.target,
    ),
    Hypothesis(bug="accept-if-target-larger", accept=_flag(lambda step: step.ratio >= 1.0)),
    Hypothesis(
        bug="accept-if-target-larger",
        accept=_flag(lambda step: step.ratio >= 1.0),
        correct=lambda step: step.target,
    ),
    Hypothesis(bug="accept-by-threshold", accept=_flag(lambda step: step.ratio > 0.5)),
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
    # Correction.
    Hypothesis(bug="correct-from-target", correct=lambda step: step.target),
    Hypothesis(bug="correct-without-drafted", correct=lambda step: step.target, strikes_out_draft=True),
    Hypothesis(bug="correct-from-draft", correct=lambda step: step.draft),
    Hypothesis(
        bug="correct-from-surplus",
        correct=lambda step: _scaled(np.maximum(step.draft - step.target, 0.0), step.draft),
    ),
    Hypothesis(bug="correct-from-difference", correct=_difference),
    Hypothesis(
        bug="correct-by-argmax", correct=lambda step: _one_hot(step.residual.argmax(axis=1), step.target)
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
