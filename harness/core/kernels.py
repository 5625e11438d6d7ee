"""How likely each bug makes the tokens that came back, *given the drafts*. Names a bug; decides nothing.

Given the draft at a position, textbook code keeps it or draws a correction; each hypothesis changes one of
these steps. Such likelihoods name a bug from ten times fewer tokens than outputs alone, but right methods of
another kind (block verification, several drafts) break them: so they may only be asked once the law is
rejected.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from harness.core.alternatives import Floats, Laws, one_hot
from harness.core.blocks import Placement, Stratum

_FLOOR = 1e-3
"""Weight of the plain target law in every hypothesis, so that a single odd token cannot settle a name."""

Tokens = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Behind:
    """Warped laws ``(N, V)`` after each position's draft; the position's own where there was none."""

    target: Floats
    draft: Floats


@dataclass(frozen=True, kw_only=True)
class Step:
    """What the code believes at N positions: the laws that it uses as target's and draft's, ``(N, V)``."""

    target: Floats
    draft: Floats
    laws: Laws
    """The true ones."""
    behind: Behind
    index: Tokens
    """``(N,)``: place in the block, 0 for its first token."""
    left: Tokens
    """``(N,)``: drafts of the block at this position and after it."""
    drafted: Tokens
    """``(N,)``: the draft at each position, -1 for none."""

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
    def last_of_all(self) -> NDArray[np.bool_]:
        """``(N, 1)``: the last token that is asked for."""
        flags: NDArray[np.bool_] = self.laws.remaining[:, None] == 0
        return flags

    @cached_property
    def ratio(self) -> Floats:
        return quotient(self.target, self.draft)

    @cached_property
    def residual(self) -> Floats:
        return scaled(np.maximum(self.target - self.draft, 0.0), self.target)


Rule = Callable[[Step], Floats]


def _tested(step: Step) -> Floats:
    return np.minimum(step.ratio, 1.0)


def _residual(step: Step) -> Floats:
    return step.residual


def _target(step: Step) -> Floats:
    return step.target


@dataclass(frozen=True, kw_only=True)
class Hypothesis:
    """One way to write the sampler. Each rule gives ``(N, V)``."""

    bug: str
    target: Callable[[Laws], Floats] = lambda laws: laws.target
    draft: Callable[[Laws], Floats] = lambda laws: laws.draft
    accept: Rule = _tested
    """Chance that a draft token, by id, stands."""
    correct: Rule = _residual
    bonus: Rule = _target
    strikes_out_draft: bool = False
    """A correction is never the drafted token; the rest of ``correct`` is scaled up."""


def likelihoods(
    hypotheses: Sequence[Hypothesis], laws: Laws, tokens: Tokens, placement: Placement, behind: Behind
) -> Floats:
    """Log-likelihood of each token of one run under each of H hypotheses, ``(N, H)``."""
    readings = _Readings(laws=laws, tokens=tokens, placement=placement, behind=behind)
    return np.stack([readings.likelihood(each) for each in hypotheses], axis=1)


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
    best: Floats
    """Whether it is the target's likeliest."""
    never: Floats
    """Whether the target never says it."""
    low: Floats
    """Whether its id is in the first quarter of the vocabulary."""
    again: Floats
    """Whether it is the token before once more."""


_RATIO_STEPS = np.array([0.25, 0.5, 0.8, 1.0])


def fit(hypothesis: Hypothesis, laws: Laws, tokens: Tokens, placement: Placement, behind: Behind) -> Fit:
    """Hold the hypothesis's own law against the tokens: being the likeliest of many is not being right."""
    law = _law(hypothesis, laws, placement, behind)
    law /= law.sum(axis=1, keepdims=True)
    at, drafted = np.arange(len(tokens)), placement.drafted
    logs = np.log(law)
    expected = np.einsum("nv,nv->n", law, logs)
    variance = np.einsum("nv,nv->n", law, logs**2) - expected**2
    quarter = max(law.shape[1] // 4, 1)
    over, best = laws.draft > laws.target, laws.target.argmax(axis=1)
    ratio = np.searchsorted(_RATIO_STEPS, laws.ratio[at, drafted], side="right")
    return Fit(
        place=np.where(placement.stratum == Stratum.BONUS, 4, np.minimum(placement.index, 3)),
        ratio=np.where(drafted >= 0, ratio, -1),
        nats=np.stack([expected - logs[at, tokens], variance], axis=1),
        kept=_event(np.where(drafted >= 0, law[at, drafted], 0.0), tokens == drafted),
        over=_event(_mass(law, over), over[at, tokens]),
        best=_event(law[at, best], tokens == best),
        never=_event(_mass(law, laws.target == 0), laws.target[at, tokens] == 0),
        low=_event(law[:, :quarter].sum(axis=1), tokens < quarter),
        again=_event(law[at, laws.previous_token], tokens == laws.previous_token),
    )


def _mass(law: Floats, of: NDArray[np.bool_]) -> Floats:
    mass: Floats = np.einsum("nv,nv->n", law, of.astype(np.float64))
    return mass


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


_SLACK = {"nats": 25.0, "kept": 4.0, "over": 4.0, "best": 4.0, "never": 4.0, "low": 4.0, "again": 4.0}
"""Added to a variance, so that one odd token in a small group condemns nothing."""


@dataclass(slots=True, kw_only=True)
class _Readings:
    """One run under many hypotheses. Most differ from textbook code in one step, so the others are worked out
    once: a belief by its two arrays, what a rule makes of it at the tokens by the rule."""

    laws: Laws
    tokens: Tokens
    placement: Placement
    behind: Behind
    _steps: dict[tuple[int, int], Step] = field(default_factory=dict[tuple[int, int], Step])
    """By the ids of the two arrays, which live as long as the step does."""
    _read: dict[tuple[int, Rule, str], Floats] = field(default_factory=dict[tuple[int, Rule, str], Floats])

    def likelihood(self, hypothesis: Hypothesis) -> Floats:
        """``(N,)``"""
        step, tokens, drafted = self._step(hypothesis), self.tokens, self.placement.drafted
        stands = np.clip(self._at(step, hypothesis.accept, "drafted"), 0.0, 1.0)
        corrected = self._at(step, hypothesis.correct, "tokens")
        if hypothesis.strikes_out_draft:
            kept = 1.0 - self._at(step, hypothesis.correct, "drafted")
            corrected = (tokens != drafted) * corrected / np.maximum(kept, 1e-9)
        verified = stands * (tokens == drafted) + (1.0 - stands) * corrected
        chance = np.where(drafted >= 0, verified, self._at(step, hypothesis.bonus, "tokens"))
        here = np.arange(len(tokens)), tokens
        return np.log((1.0 - _FLOOR) * chance + _FLOOR * self.laws.target[here] + 1e-30)

    def _step(self, hypothesis: Hypothesis) -> Step:
        step = _step(hypothesis, self.laws, self.placement, self.behind)
        return self._steps.setdefault((id(step.target), id(step.draft)), step)

    def _at(self, step: Step, rule: Rule, column: str) -> Floats:
        """``(N,)``: what the rule gives to the emitted tokens, or to the drafts."""
        key = id(step), rule, column
        if key not in self._read:
            tokens = self.tokens if column == "tokens" else self.placement.drafted
            self._read[key] = _entries(rule, step, (np.arange(len(tokens)), tokens))
        return self._read[key]


def _entries(rule: Rule, step: Step, here: tuple[Tokens, Tokens]) -> Floats:
    """``(N,)``: ``rule(step)[here]``.

    Textbook rules are asked for most, of beliefs that have no other use. So they are worked out at these
    entries alone, by the same arithmetic.
    """
    if rule is _tested:
        return np.minimum(quotient(step.target[here], step.draft[here]), 1.0)
    if rule is _residual:
        mass = np.maximum(step.target - step.draft, 0.0)
        total = mass.sum(axis=1)
        safe = np.where(total > 1e-12, total, 1.0)
        return np.where(total > 1e-12, mass[here] / safe, step.target[here])
    return rule(step)[here]


def _step(hypothesis: Hypothesis, laws: Laws, placement: Placement, behind: Behind) -> Step:
    return Step(
        target=hypothesis.target(laws),
        draft=hypothesis.draft(laws),
        laws=laws,
        behind=behind,
        index=placement.index,
        left=placement.left,
        drafted=placement.drafted,
    )


def _law(hypothesis: Hypothesis, laws: Laws, placement: Placement, behind: Behind) -> Floats:
    """``(N, V)``: the hypothesis's law of each token given its draft, with some of the target's."""
    step, drafted = _step(hypothesis, laws, placement, behind), placement.drafted
    at = np.arange(len(drafted))
    stands = np.clip(hypothesis.accept(step)[at, drafted], 0.0, 1.0)[:, None]
    correction = hypothesis.correct(step)
    if hypothesis.strikes_out_draft:
        correction = correction * (1.0 - one_hot(drafted, correction.shape[1]))
        correction = scaled(correction, step.target)
    verified = stands * one_hot(drafted, correction.shape[1]) + (1.0 - stands) * correction
    law = np.where(drafted[:, None] >= 0, verified, hypothesis.bonus(step))
    mixed: Floats = (1.0 - _FLOOR) * law + _FLOOR * laws.target + 1e-30
    return mixed


def scaled(mass: Floats, otherwise: Floats) -> Floats:
    total = mass.sum(axis=1, keepdims=True)
    return np.where(total > 1e-12, mass / np.where(total > 1e-12, total, 1.0), otherwise)


def quotient(above: Floats, below: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(below > 0, above / below, np.where(above > 0, np.inf, 0.0))
