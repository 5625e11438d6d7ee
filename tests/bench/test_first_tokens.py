"""The law of first tokens is a law, the target's for a right sampler, and what is drawn from."""

from __future__ import annotations

from functools import reduce

import numpy as np
import pytest

from bench.first_tokens import Tree, grow, law_of_first_tokens
from bench.goodness_of_fit import critical, pearson, pool
from harness.core.trial import Trial
from pairs.analytic import Pair, PairSpec, make_pair
from pairs.flavours import BELL
from tests.harness.bugs import BUGS, BY_NAME, TEXTBOOK, Bug, changes_a_law, sampler

PROMPT = (3, 1, 4, 1)


@pytest.fixture(scope="module")
def pair() -> Pair:
    return make_pair(PairSpec(name="few", seed=9, vocab_size=9, flavour=BELL, acceptance=0.5))


def tree(pair: Pair, top_p: float = 0.9) -> Tree:
    return grow(pair, PROMPT, 3, temperature=0.8, top_p=top_p)


def law(bug: Bug, grown: Tree, gamma: int, tokens: int = 3) -> np.ndarray:
    return law_of_first_tokens(bug, grown, tokens=tokens, num_speculative_tokens=gamma)


@pytest.mark.parametrize("gamma", [0, 1, 2, 5])
@pytest.mark.parametrize("tokens", [1, 2, 3])
def test_of_a_right_sampler_it_is_the_target_s(pair: Pair, gamma: int, tokens: int) -> None:
    grown = tree(pair)
    rows = [grown.levels[n][0].law for n in range(tokens)]
    chain = reduce(lambda before, row: (before[:, None] * row).ravel(), rows, np.ones(1))
    assert np.allclose(law(TEXTBOOK, grown, gamma, tokens), chain, atol=1e-14)


@pytest.mark.parametrize("gamma", [1, 2, 5])
@pytest.mark.parametrize("name", BY_NAME)
def test_of_a_bug_it_is_a_law(pair: Pair, name: str, gamma: int) -> None:
    found = law(BY_NAME[name], tree(pair), gamma)
    assert found.min() >= 0.0
    assert np.isclose(found.sum(), 1.0)


@pytest.mark.parametrize(
    "name",
    [
        "lenience 0.8",
        "later drafts untested",
        "one uniform a block",
        "residual, draft's row before",
        "bonus from row before",
        "top-p unscaled",
    ],
)
def test_the_sampler_draws_from_it(pair: Pair, name: str) -> None:
    """1,500 texts against the law of their own bug, at an error of 1e-6."""
    bug, runs, rng = BY_NAME[name], 1500, np.random.default_rng(4)
    cells = pool(law(bug, tree(pair), 2), runs)
    seen = np.zeros(9**3)
    for _ in range(runs):
        trial = Trial(
            purpose="law", pair="few", prompt=PROMPT, max_new_tokens=3, num_speculative_tokens=2,
            temperature=0.8, top_p=0.9, seed=0,
        )  # fmt: skip
        first, second, third = sampler(bug)(pair, trial, rng).run().tokens
        seen[(first * 9 + second) * 9 + third] += 1
    counts = cells.mass(seen)
    assert counts[-1] == 0
    assert pearson(counts[:-1], cells.expected).sum() < critical(cells, "chi_square", 1e-6)


@pytest.mark.parametrize("name", BY_NAME)
def test_every_bug_is_one_somewhere(name: str) -> None:
    wide = make_pair(PairSpec(name="wide", seed=2, vocab_size=64, flavour=BELL, acceptance=0.6))
    prompts = [(n, n + 1, n + 2) for n in range(20)]
    assert changes_a_law(
        BY_NAME[name], wide, prompts, temperature=0.7, top_p=0.95 if "top-p" in name else 0.999
    )


def test_a_right_sampler_is_no_bug(pair: Pair) -> None:
    assert not changes_a_law(TEXTBOOK, pair, [PROMPT], temperature=0.7, top_p=0.9)


@pytest.mark.parametrize("name", [bug.name for bug in BUGS if bug.warped_only])
def test_a_forgotten_warp_is_no_bug_where_there_is_none(pair: Pair, name: str) -> None:
    assert not changes_a_law(BY_NAME[name], pair, [PROMPT], temperature=1.0, top_p=1.0)
