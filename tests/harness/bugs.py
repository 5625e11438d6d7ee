"""Wrong samplers as rules: what is proposed, what stands, what follows a rejection, and the bonus token.

A rule says with which probability, so it serves twice: `sampler` draws from it and leaves the ledger of a
real submission, and `bench.first_tokens` turns it into the exact law of a text's first tokens. So both mean
the same bug. What no rule of one token can say, such as a stale cache, is a class in `samplers`.

Shapes: N prefixes, V tokens; every law is ``(N, V)`` float64.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pairs.analytic import Pair
from pairs.warp import warp
from tests.harness.simulate import Sampler

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Warped:
    """One model's logits at N prefixes and what the task makes of them."""

    logits: NDArray[np.float32]
    temperature: float
    top_p: float

    @cached_property
    def law(self) -> Floats:
        return warp(self.logits, temperature=self.temperature, top_p=self.top_p)

    def warped(self, *, temperature: float | None = None, top_p: float | None = None) -> Floats:
        """The law of somebody who warps otherwise."""
        own = (
            self.temperature if temperature is None else temperature,
            self.top_p if top_p is None else top_p,
        )
        return warp(self.logits, temperature=own[0], top_p=own[1])


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What the sampler holds when it decides on one token at each of N prefixes."""

    target: Floats
    """The law that the sampler takes for the target's; a bug may make it another than the task's."""
    draft: Floats
    models: tuple[Warped, Warped]
    """Target and draft at the prefix."""
    before: tuple[Warped, Warped]
    """Target and draft at the prefix that lacks its last token."""
    stood: int
    """Drafts of the same block that stood before this token."""
    bar: Floats
    """``(N, 1)``: the smallest target/draft, at most 1, of those drafts."""

    @cached_property
    def ratio(self) -> Floats:
        return _divided(self.target, self.draft)

    @cached_property
    def residual(self) -> Floats:
        return normalised(np.maximum(self.target - self.draft, 0.0), self.target)

    @cached_property
    def rejected(self) -> Floats:
        """Chance that a textbook sampler rejects, ``(N, 1)``."""
        rest: Floats = 1.0 - np.minimum(self.target, self.draft).sum(axis=1, keepdims=True)
        return np.maximum(rest, 0.0)


Rule = Callable[[Seen], Floats]


def _textbook_proposal(seen: Seen) -> Floats:
    return seen.draft


def _textbook_acceptance(seen: Seen) -> Floats:
    return seen.ratio


def _textbook_correction(seen: Seen) -> Floats:
    return seen.residual


def _textbook_bonus(seen: Seen) -> Floats:
    return seen.target


def _as_it_is(seen: Seen) -> Seen:
    return seen


@dataclass(frozen=True, kw_only=True)
class Bug:
    """A sampler; textbook where nothing is said."""

    name: str
    says: str
    """For people: what the sampler does."""
    takes: Callable[[Seen], Seen] = _as_it_is
    """Puts wrong laws in the place of the right ones, for every step that follows."""
    propose: Rule = _textbook_proposal
    accept: Rule = _textbook_acceptance
    """Probability that each token stands if drafted. Cut to [0, 1] by who uses it."""
    correct: Rule = _textbook_correction
    bonus: Rule = _textbook_bonus
    warped_only: bool = False
    """Right where the task asks for temperature 1 and no top-p."""

    def see(
        self, models: tuple[Warped, Warped], before: tuple[Warped, Warped], stood: int, bar: Floats
    ) -> Seen:
        target, draft = models
        plain = Seen(target=target.law, draft=draft.law, models=models, before=before, stood=stood, bar=bar)
        return self.takes(plain)

    def next_bar(self, seen: Seen) -> Floats:
        """``(N, V)``: the bar after each token, if it was drafted and stood."""
        bar: Floats = np.minimum(seen.bar, np.maximum(seen.ratio, 1e-12))
        return bar


def sampler(bug: Bug) -> type[Sampler]:
    """A simulated submission with this bug."""

    class Ruled(Sampler):
        def block(self, text, gamma):
            seen = [self._see(text, 0, 1.0)]
            drafts: list[int] = []
            for _ in range(gamma):
                drafts.append(self.draw(bug.propose(seen[-1])[0]))
                bar = bug.next_bar(seen[-1])[0, drafts[-1]]
                seen.append(self._see([*text, *drafts], len(drafts), bar))
            self.score("draft", text, drafts[:-1])
            self.score("target", text, drafts)
            for n, token in enumerate(drafts):
                if self.rng.random() >= bug.accept(seen[n])[0, token]:
                    return [*drafts[:n], self.draw(bug.correct(seen[n])[0])]
            return [*drafts, self.draw(bug.bonus(seen[-1])[0])]

        def law(self, model, path):
            # `score` is for its entry in the ledger; the rows come from `_see`.
            return np.empty(0)

        def _see(self, path, stood, bar):
            at, before = tuple(path), tuple(path[:-1])
            return bug.see(self._models(at), self._models(before), stood, np.array([[bar]]))

        def _models(self, path):
            state = self.state(path)
            trial = self.trial
            return tuple(
                Warped(logits=model.logits(state)[None], temperature=trial.temperature, top_p=trial.top_p)
                for model in (self.pair.target, self.pair.draft)
            )

    Ruled.__name__ = bug.name
    return Ruled


def normalised(mass: Floats, otherwise: Floats) -> Floats:
    """Each row over its sum; the row of ``otherwise`` where there is nothing to scale."""
    total = mass.sum(axis=1, keepdims=True)
    return np.where(total > 1e-12, mass / np.where(total > 1e-12, total, 1.0), otherwise)


def _divided(above: Floats, below: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(below > 0, above / below, np.where(above > 0, np.inf, 0.0))


def _one_hot(law: Floats) -> Floats:
    rows = np.zeros_like(law)
    rows[np.arange(len(law)), law.argmax(axis=1)] = 1.0
    return rows


def _tempered(law: Floats, temperature: float) -> Floats:
    return normalised(law ** (1.0 / temperature), law)


def _yes(condition: NDArray[np.bool_]) -> Floats:
    return condition.astype(np.float64)


def _everything(seen: Seen) -> Floats:
    return np.ones_like(seen.target)


def _target(seen: Seen) -> Floats:
    return seen.target


def _typical(seen: Seen) -> Floats:
    logs = np.log(np.maximum(seen.target, 1e-300))
    entropy = -(seen.target * logs).sum(axis=1, keepdims=True)
    return _yes(seen.target > np.minimum(0.09, 0.3 * np.exp(-entropy)))


def _argmax_untested(seen: Seen) -> Floats:
    return np.maximum(seen.ratio, _one_hot(seen.target))


def _without_drafted(seen: Seen) -> Floats:
    """Of the target without the rejected draft, over the drafts that were rejected."""
    turned_away = np.maximum(seen.draft - seen.target, 0.0) / np.maximum(1.0 - seen.target, 1e-12)
    rest = turned_away.sum(axis=1, keepdims=True) - turned_away
    return normalised(seen.target * rest, seen.target)


def _off_the_end(seen: Seen) -> Floats:
    law = seen.rejected * seen.residual
    law[:, -1] += 1.0 - law.sum(axis=1)
    return law


def _softmax(seen: Seen) -> Floats:
    return normalised(np.exp(np.maximum(seen.target - seen.draft, 0.0)), seen.target)


def _before(model: int) -> Callable[[Seen], Floats]:
    return lambda seen: seen.before[model].law


def _taking(target: Callable[[Seen], Floats]) -> Callable[[Seen], Seen]:
    return lambda seen: replace(seen, target=target(seen))


def _with_draft(draft: Callable[[Seen], Floats]) -> Callable[[Seen], Seen]:
    return lambda seen: replace(seen, draft=draft(seen))


def _top_k(k: int) -> Callable[[Seen], Floats]:
    def law(seen: Seen) -> Floats:
        if seen.target.shape[1] <= k:
            return seen.target
        least = np.partition(seen.target, -k, axis=1)[:, [-k]]
        return normalised(np.where(seen.target >= least, seen.target, 0.0), seen.target)

    return law


def _rounded(step: float) -> Callable[[Seen], Floats]:
    """Probabilities on a grid, as of a law stored with few digits."""
    return lambda seen: normalised(np.round(seen.target / step) * step, seen.target)


def _coarse_logits(step: float) -> Callable[[Seen], Floats]:
    def law(seen: Seen) -> Floats:
        logs = np.log(np.maximum(seen.target, 1e-300))
        return normalised(np.where(seen.target > 0, np.exp(np.round(logs / step) * step), 0.0), seen.target)

    return law


def _unscaled(model: Warped) -> Floats:
    return np.where(model.law > 0, model.warped(top_p=1.0), 0.0)


BUGS: tuple[Bug, ...] = (
    # What stands.
    Bug(name="accept always", says="every draft stands", accept=_everything),
    Bug(
        name="later drafts untested",
        says="if the first draft of a block stands, so do the others",
        accept=lambda seen: seen.ratio if seen.stood == 0 else _everything(seen),
    ),
    Bug(
        name="first draft untested",
        says="the first draft of a block always stands",
        accept=lambda seen: _everything(seen) if seen.stood == 0 else seen.ratio,
    ),
    Bug(name="accept by target(x)", says="a draft stands with probability target(x)", accept=_target),
    Bug(
        name="accept if larger",
        says="a draft stands if target(x) >= draft(x)",
        accept=lambda seen: _yes(seen.ratio >= 1.0),
    ),
    Bug(
        name="inverted ratio",
        says="a draft stands with probability draft(x)/target(x)",
        accept=lambda seen: _divided(seen.draft, seen.target),
    ),
    Bug(
        name="threshold 0.2",
        says="a draft stands if target(x) >= 0.2",
        accept=lambda seen: _yes(seen.target >= 0.2),
    ),
    Bug(name="typical acceptance", says="Medusa's rule (entropy)", accept=_typical, correct=_target),
    Bug(name="argmax untested", says="the target's argmax always stands", accept=_argmax_untested),
    Bug(
        name="lenience 0.8",
        says="a draft stands with probability target/(0.8 draft)",
        accept=lambda seen: seen.ratio / 0.8,
    ),
    Bug(
        name="padded ratio 0.003",
        says="the ratio is target/(draft + 0.003)",
        accept=lambda seen: seen.target / (seen.draft + 3e-3),
    ),
    Bug(
        name="coarse uniform",
        says="the uniform has 16 values",
        accept=lambda seen: np.ceil(16.0 * np.minimum(seen.ratio, 1.0)) / 16.0,
    ),
    Bug(
        name="uniform from 0.05",
        says="the uniform is never below 0.05",
        accept=lambda seen: (seen.ratio - 0.05) / 0.95,
    ),
    Bug(
        name="one uniform a block",
        says="all drafts of a block are tested with the same uniform",
        accept=lambda seen: seen.ratio / seen.bar,
    ),
    # What is proposed.
    Bug(
        name="greedy drafts, soft ratio",
        says="drafts are argmaxes, the ratio is a sampled draft's",
        propose=lambda seen: _one_hot(seen.draft),
    ),
    Bug(
        name="sharp drafts",
        says="drafts are drawn at 0.8 of the temperature of the ratio",
        propose=lambda seen: _tempered(seen.draft, 0.8),
    ),
    Bug(
        name="unwarped drafts",
        says="drafts are drawn without temperature and top-p, the ratio has both",
        propose=lambda seen: seen.models[1].warped(temperature=1.0, top_p=1.0),
        warped_only=True,
    ),
    # What follows a rejection.
    Bug(name="correct from target", says="drawn from the target", correct=_target),
    Bug(name="correct from draft", says="drawn from the draft", correct=lambda seen: seen.draft),
    Bug(
        name="residual's sign",
        says="drawn from max(draft - target, 0)",
        correct=lambda seen: normalised(np.maximum(seen.draft - seen.target, 0.0), seen.draft),
    ),
    Bug(
        name="absolute residual",
        says="drawn from |target - draft|",
        correct=lambda seen: normalised(np.abs(seen.target - seen.draft), seen.target),
    ),
    Bug(
        name="argmax of residual",
        says="the residual's argmax",
        correct=lambda seen: _one_hot(seen.residual),
    ),
    Bug(name="softmax of residual", says="drawn from softmax(residual)", correct=_softmax),
    Bug(
        name="target less the draft's token",
        says="drawn from the target with the rejected token struck out",
        correct=_without_drafted,
    ),
    Bug(
        name="unscaled residual",
        says="inverse CDF over a residual that does not sum to 1",
        correct=_off_the_end,
    ),
    Bug(
        name="residual, draft's row before",
        says="the residual is made with the draft's row one before",
        correct=lambda seen: normalised(np.maximum(seen.target - _before(1)(seen), 0.0), seen.target),
    ),
    # The bonus token.
    Bug(name="bonus from draft", says="drawn from the draft", bonus=lambda seen: seen.draft),
    Bug(name="bonus by argmax", says="the target's argmax", bonus=lambda seen: _one_hot(seen.target)),
    Bug(
        name="bonus from row before",
        says="drawn from the row that judged the last draft",
        bonus=lambda seen: _before(0)(seen) if seen.stood else seen.target,
    ),
    Bug(
        name="bonus from residual",
        says="drawn from the residual, as after a rejection",
        bonus=lambda seen: seen.residual,
    ),
    Bug(
        name="bonus unwarped",
        says="drawn without temperature and top-p",
        bonus=lambda seen: seen.models[0].warped(temperature=1.0, top_p=1.0),
        warped_only=True,
    ),
    # Temperature, top-p, top-k.
    Bug(
        name="temperature 0.9",
        says="the target at 0.9 of the temperature",
        takes=_taking(lambda seen: _tempered(seen.target, 0.9)),
    ),
    Bug(
        name="no top-p",
        says="top-p left out",
        takes=lambda seen: replace(
            seen, target=seen.models[0].warped(top_p=1.0), draft=seen.models[1].warped(top_p=1.0)
        ),
        warped_only=True,
    ),
    Bug(
        name="top-p unscaled",
        says="top-p cuts, and nobody scales back to 1",
        takes=lambda seen: replace(seen, target=_unscaled(seen.models[0]), draft=_unscaled(seen.models[1])),
        propose=lambda seen: seen.models[1].law,
        bonus=lambda seen: seen.models[0].law,
        warped_only=True,
    ),
    Bug(name="top-k 50", says="a library's default top-k left on", takes=_taking(_top_k(50))),
    Bug(
        name="logits to 0.5",
        says="the target's logits rounded to 0.5, as of a coarse quantisation",
        takes=_taking(_coarse_logits(0.5)),
    ),
    Bug(
        name="probabilities to 0.01",
        says="the target's probabilities rounded to 0.01",
        takes=_taking(_rounded(0.01)),
    ),
    # Rows.
    Bug(name="row before", says="each token by the target's row before its own", takes=_taking(_before(0))),
    Bug(
        name="ratio, draft's row before",
        says="ratio and residual with the draft's row one before",
        propose=lambda seen: seen.models[1].law,
        takes=_with_draft(_before(1)),
    ),
)

BY_NAME = {bug.name: bug for bug in BUGS}
TEXTBOOK = Bug(name="textbook", says="a right sampler")


def changes_a_law(
    bug: Bug, pair: Pair, prompts: Sequence[Sequence[int]], *, temperature: float, top_p: float
) -> bool:
    """Whether any token after any of these prompts, in any place of its block, has another law."""
    for prompt in prompts:
        before, at = (
            tuple(
                Warped(logits=model.logits(state)[None], temperature=temperature, top_p=top_p)
                for model in (pair.target, pair.draft)
            )
            for state in pair.target.states(prompt)[-2:]
        )
        for stood, bar in ((0, 1.0), (1, 0.5)):
            seen = bug.see(at, before, stood, np.array([[bar]]))
            standing = bug.propose(seen) * np.clip(bug.accept(seen), 0.0, 1.0)
            law = standing + (1.0 - standing.sum()) * bug.correct(seen)
            # The one uniform of a block bends a law only where its bar is low; that is what 0.5 is for.
            if max(np.abs(each - at[0].law).max() for each in (law, bug.bonus(seen))) > 1e-9:
                return True
    return False
