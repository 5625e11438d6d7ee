"""What the usual tests need to see a bug, on repeats of one prompt, given every advantage.

They know the exact law and need no samples of it. `Tester.told` has the best number of samples for the bug
fixed beforehand, as if somebody had known it, and is told which view of the first tokens shows the bug
soonest on this pair ("chi_square_joint" is not: it takes all first tokens together, as recipes say). `blind`
is told nothing: it looks at every view on every pair, and again each time that the samples have doubled;
each look has its part of the error.

Power comes from exact laws (bench.first_tokens), by drawing histograms: averaged over prompts, since a tester
happens to take one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from random import Random
from typing import Any

import numpy as np

from bench.first_tokens import Tree, grow, law_of_first_tokens
from bench.goodness_of_fit import (
    STATISTICS,
    Cells,
    histogram_power,
    kolmogorov_power,
    pool,
    total_variation_alarms,
    transformed,
)
from harness.checks.settings import Setting, draw_prompt
from pairs.analytic import Pair
from tests.harness.bugs import TEXTBOOK, Bug, Floats

TOKENS_AT_MOST = 1_000_000
BUDGETS = tuple(n for n in dict.fromkeys(int(20 * 2 ** (n / 4)) for n in range(64)) if n <= TOKENS_AT_MOST)
"""Numbers of tokens that are tried, 19 % apart."""
MOST_TEXTS = 64**3
"""Three tokens are looked at where there are no more texts of three tokens than this."""
DRAWS = 12
LOOKS = tuple(n for n in (60 * 2**look for look in range(32)) if n <= TOKENS_AT_MOST)
"""Numbers of tokens at which a blind tester looks, to stop at the first that rejects."""
TV_BAR, TV_SAMPLES = 0.1, (200, 1_000, 10_000)

Needed = dict[str, int | None]
"""Tokens for half of the runs ("50") and for nine tenths ("90")."""


@dataclass(frozen=True, kw_only=True)
class Repeats:
    """One prompt whose first tokens are looked at, over and over."""

    tree: Tree
    tokens: int
    num_speculative_tokens: int

    def law(self, bug: Bug) -> Floats:
        """Of the first tokens, an axis each."""
        V, k = self.tree.vocab_size, self.tokens
        law = law_of_first_tokens(
            bug, self.tree, tokens=k, num_speculative_tokens=self.num_speculative_tokens
        )
        return law.reshape((V,) * k)

    def transforms(self, law: Floats) -> list[Floats]:
        """Laws of the probability integral transforms at each offset."""
        V, k = self.tree.vocab_size, self.tokens
        rows = [law.sum(axis=tuple(range(n + 1, k))).reshape(V**n, V) for n in range(k)]
        return [transformed(self.tree.levels[n][0].law, row) for n, row in enumerate(rows)]


def views(law: Floats) -> list[Floats]:
    """All tokens together, then each alone."""
    axes = range(law.ndim)
    return [law.ravel(), *(law.sum(axis=tuple(other for other in axes if other != axis)) for axis in axes)]


@dataclass(frozen=True)
class Group:
    """Repeats of several prompts, of as many tokens each."""

    repeats: Sequence[Repeats]
    rng: np.random.Generator
    nulls: list[list[Floats]] = field(init=False)
    """By prompt, then view."""
    pooled: dict[tuple[int, int, int], Cells] = field(init=False, default_factory=dict)
    """Kept: every bug is looked at with the same numbers of samples."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "nulls", [views(one.law(TEXTBOOK)) for one in self.repeats])

    @property
    def tokens(self) -> int:
        return self.repeats[0].tokens

    def power(self, view: int, laws: list[list[Floats]], tokens: int, alpha: float) -> dict[str, float]:
        """Share of histograms that each test rejects."""
        samples = tokens // self.tokens
        each = [
            histogram_power(self._cells(n, view, samples), law[view], samples, alpha, DRAWS, self.rng)
            for n, law in enumerate(laws)
        ]
        return {name: float(np.mean([one[name] for one in each])) for name in STATISTICS}

    def _cells(self, prompt: int, view: int, samples: int) -> Cells:
        key = prompt, view, samples
        if key not in self.pooled:
            self.pooled[key] = pool(self.nulls[prompt][view], samples)
        return self.pooled[key]

    def shows(self, view: int, laws: list[list[Floats]]) -> bool:
        """Whether the view differs at all from the target's."""
        return any(
            np.abs(null[view] - law[view]).sum() > 1e-9 for null, law in zip(self.nulls, laws, strict=True)
        )

    def tv_alarms(self, laws: list[list[Floats]], samples: int) -> float:
        """Share of histograms of the first token that lie at least `TV_BAR` from the target's law."""
        each = [
            total_variation_alarms(null[1], law[1], samples, TV_BAR, DRAWS, self.rng)
            for null, law in zip(self.nulls, laws, strict=True)
        ]
        return float(np.mean(each))


class Tester:
    """The usual tests on one pair; ``pairs`` are fresh ones of the same kind, a prompt each."""

    def __init__(self, pairs: Sequence[Pair], setting: Setting, alpha: float, seed: int) -> None:
        prompts, self._rng = Random(f"{seed} {setting.pair}"), np.random.default_rng(seed)
        self._alpha = alpha
        lengths = (2, 3) if pairs[0].vocab_size ** 3 <= MOST_TEXTS else (2,)
        self._groups = [
            Group([_repeats(pair, setting, length, prompts) for pair in pairs], self._rng)
            for length in lengths
        ]

    @property
    def blind_views(self) -> int:
        """Views that a blind tester looks at: those of the longest texts, which contain the others."""
        return self._groups[-1].tokens + 1

    def told(self, bug: Bug) -> dict[str, Any] | None:
        """What each test needs, in its best view. None when the first tokens do not show the bug."""
        found: dict[str, list[Needed]] = {
            name: [] for name in (*STATISTICS, "kolmogorov", "chi_square_joint")
        }
        for group in self._groups:
            laws = [one.law(bug) for one in group.repeats]
            seen = [views(law) for law in laws]
            telling = [view for view in range(group.tokens + 1) if group.shows(view, seen)]
            for view in telling:
                histograms = self._histograms(group, view, seen)
                for name, needed in histograms.items():
                    found[name].append(needed)
                if view == 0 and group is self._groups[-1]:
                    found["chi_square_joint"] = [histograms["chi_square"]]
            if telling:
                transforms = [one.transforms(law) for one, law in zip(group.repeats, laws, strict=True)]
                found["kolmogorov"].append(self._kolmogorov(transforms))
        if not found["kolmogorov"]:
            return None
        return {name: _quickest(needed) for name, needed in found.items()} | {
            "tv_passes": self._tv_passes(bug)
        }

    def blind_power(self, bug: Bug, alpha: float) -> Callable[[int], dict[str, float]]:
        """Of looking at every view, ``alpha`` each: as if views were independent, which is generous."""
        group = self._groups[-1]
        laws = [views(one.law(bug)) for one in group.repeats]

        def power(tokens: int) -> dict[str, float]:
            each = [group.power(view, laws, tokens, alpha) for view in range(group.tokens + 1)]
            return {name: 1.0 - float(np.prod([1.0 - one[name] for one in each])) for name in STATISTICS}

        return power

    def says_impossible(self, bug: Bug) -> bool:
        """Whether the bug says some first tokens that the target never does; that needs no statistics."""
        group = self._groups[-1]
        both = [(null[0], one.law(bug).ravel()) for null, one in zip(group.nulls, group.repeats, strict=True)]
        return any(law[null == 0.0].sum() > 1e-9 for null, law in both)

    def false_tv_alarms(self) -> dict[str, float]:
        """How often a right sampler's histogram of the first token is called wrong, by number of samples."""
        group = self._groups[0]
        return {str(samples): group.tv_alarms(group.nulls, samples) for samples in TV_SAMPLES}

    def _tv_passes(self, bug: Bug) -> dict[str, float]:
        group = self._groups[0]
        laws = [views(one.law(bug)) for one in group.repeats]
        return {str(samples): 1.0 - group.tv_alarms(laws, samples) for samples in TV_SAMPLES}

    def _histograms(self, group: Group, view: int, laws: list[list[Floats]]) -> dict[str, Needed]:
        @cache
        def powers(tokens: int) -> dict[str, float]:
            return group.power(view, laws, tokens, self._alpha)

        return needed_by_each(powers)

    def _kolmogorov(self, transforms: Sequence[list[Floats]]) -> Needed:
        @cache
        def power(tokens: int) -> float:
            each = [kolmogorov_power(laws, tokens, self._alpha, DRAWS, self._rng) for laws in transforms]
            return float(np.mean(each))

        return _needed(power)


def blind(testers: Sequence[Tester], bug: Bug, alpha: float) -> dict[str, Needed]:
    """Tokens, all pairs together, that a battery of the usual tests needs when nobody knows the bug."""
    part = alpha / sum(tester.blind_views for tester in testers) / len(LOOKS)
    return needed_by_each(_any_of([tester.blind_power(bug, part) for tester in testers]), LOOKS)


def _any_of(powers: Sequence[Callable[[int], dict[str, float]]]) -> Callable[[int], dict[str, float]]:
    """Power of rejecting on any pair, the tokens dealt out equally."""

    @cache
    def together(tokens: int) -> dict[str, float]:
        each = [power(tokens // len(powers)) for power in powers]
        return {name: 1.0 - float(np.prod([1.0 - one[name] for one in each])) for name in STATISTICS}

    return together


def needed_by_each(
    powers: Callable[[int], dict[str, float]], budgets: Sequence[int] = BUDGETS
) -> dict[str, Needed]:
    def of(name: str) -> Callable[[int], float]:
        return lambda tokens: powers(tokens)[name]

    return {name: _needed(of(name), budgets) for name in STATISTICS}


def smallest(power: Callable[[int], float], wanted: float, budgets: Sequence[int] = BUDGETS) -> int | None:
    """The least budget with this power, taken as growing with the budget; None when there is none."""
    if power(budgets[-1]) < wanted:
        return None
    low, high = -1, len(budgets) - 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if power(budgets[middle]) >= wanted else (middle, high)
    return budgets[high]


def _needed(power: Callable[[int], float], budgets: Sequence[int] = BUDGETS) -> Needed:
    return {"50": smallest(power, 0.5, budgets), "90": smallest(power, 0.9, budgets)}


def _quickest(needed: Sequence[Needed]) -> Needed:
    return {share: _least(each[share] for each in needed) for share in ("50", "90")}


def _least(values: Iterable[int | None]) -> int | None:
    return min((value for value in values if value is not None), default=None)


def _repeats(pair: Pair, setting: Setting, tokens: int, rng: Random) -> Repeats:
    prompt = draw_prompt(pair, rng, 6)
    tree = grow(pair, prompt, tokens, temperature=setting.temperature, top_p=setting.top_p)
    return Repeats(tree=tree, tokens=tokens, num_speculative_tokens=setting.num_speculative_tokens)
