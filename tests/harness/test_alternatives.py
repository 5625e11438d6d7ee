"""A bet is fair only if its law is a law, and no bet may look at the token it bets on."""

from __future__ import annotations

import numpy as np
import pytest

from harness.core.alternatives import ALTERNATIVES, NAMES, Laws, ratios
from harness.core.blocks import Placement, Stratum
from harness.core.hypotheses import HYPOTHESES
from harness.core.kernels import Behind, likelihoods

RNG = np.random.default_rng(0)


def rows(count: int, vocab_size: int, zeros: bool) -> np.ndarray:
    mass = RNG.gamma(0.5, size=(count, vocab_size)) + 1e-9
    if zeros:
        mass[:, RNG.permutation(vocab_size)[: vocab_size // 3]] = 0.0
    return mass / mass.sum(axis=1, keepdims=True)


def laws(count: int = 200, vocab_size: int = 12, zeros: bool = False) -> Laws:
    """Of two laws that have little in common, and in the second half two that nearly agree."""
    target, draft = rows(count, vocab_size, zeros), rows(count, vocab_size, zeros)
    near = np.arange(count)[:, None] >= count // 2
    draft = np.where(near, 0.9 * target + 0.1 * draft, draft)
    return Laws(
        target=target,
        draft=draft,
        target_untrimmed=rows(count, vocab_size, False),
        draft_untrimmed=rows(count, vocab_size, False),
        target_raw=rows(count, vocab_size, False),
        draft_raw=rows(count, vocab_size, False),
        target_twice=rows(count, vocab_size, False),
        previous_target=rows(count, vocab_size, zeros),
        previous_draft=rows(count, vocab_size, zeros),
        stale_target=rows(count, vocab_size, zeros),
        block_bar=RNG.uniform(0.1, 1.0, (count, 1)),
        block_product=RNG.uniform(0.01, 1.0, (count, 1)),
        previous_token=RNG.integers(0, vocab_size, count),
        target_logits=RNG.normal(0.0, 2.0, (count, vocab_size)),
        draft_logits=RNG.normal(0.0, 2.0, (count, vocab_size)),
        remaining=np.arange(count)[::-1],
        seen=RNG.random((count, vocab_size)) < 0.5,
        temperature=0.7,
        eos_token_id=3,
    )


@pytest.mark.parametrize("zeros", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_every_alternative_is_a_law(name: str, zeros: bool) -> None:
    law = ALTERNATIVES[name](laws(zeros=zeros)).dense()
    assert law.min() >= -1e-12
    assert law.sum(axis=1).max() <= 1.0 + 1e-9


@pytest.mark.parametrize("name", NAMES)
def test_an_entry_is_the_whole_law_s_entry(name: str) -> None:
    law, tokens = ALTERNATIVES[name](laws(zeros=True)), RNG.integers(0, 12, 200)
    assert np.allclose(law.at(tokens), law.dense()[np.arange(200), tokens])


def test_there_are_at_least_thirty() -> None:
    assert len(set(NAMES)) >= 30


def test_a_bet_has_mean_one_or_less_under_the_target() -> None:
    given = laws(count=50)
    mean = np.zeros((50, len(NAMES)))
    for token in range(12):
        mean += given.target[:, [token]] * ratios(given, np.full(50, token))
    assert mean.max() <= 1.0 + 1e-9


def test_a_right_sampler_s_law_is_no_alternative_s() -> None:
    """With and without zeros: a law that differs only where top-p cut something needs some."""
    distance = [
        [np.abs(law(given).dense() - given.target).sum(axis=1).mean() for law in ALTERNATIVES.values()]
        for given in (laws(count=2_000), laws(count=2_000, zeros=True))
    ]
    assert np.max(distance, axis=0).min() > 1e-4


def test_hypotheses_are_laws_given_the_draft() -> None:
    given = laws(count=40)
    placed = Placement(
        call=np.arange(40),
        stratum=np.full(40, Stratum.MIDDLE),
        index=RNG.integers(0, 5, 40),
        left=RNG.integers(0, 5, 40),
        received=(None,) * 40,
        drafted=RNG.integers(-1, 12, 40),
    )
    behind = Behind(target=rows(40, 12, False), draft=rows(40, 12, False))
    total = sum(
        np.exp(likelihoods(HYPOTHESES, given, np.full(40, token), placed, behind)) for token in range(12)
    )
    assert total.max() <= 1.01
    assert total.shape == (40, len(HYPOTHESES))
