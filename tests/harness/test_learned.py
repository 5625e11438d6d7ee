"""Learned bets: fair whatever was learned, blind to the token they bet on, and worth something."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.core.alternatives import Laws
from harness.core.blocks import Placement, Stratum
from harness.core.learned import HABITS, NAMES, Memory, bet_and_learn
from tests.harness.test_alternatives import laws

VOCAB = 8
EVERY = np.ones(20, dtype=bool)


def placement(rng: np.random.Generator, count: int) -> Placement:
    """Blocks of one to four tokens; the last of each is a bonus."""
    index: list[int] = []
    stratum: list[Stratum] = []
    while len(index) < count:
        length = int(rng.integers(1, 5))
        index += range(length)
        first, *_ = rng.permutation([Stratum.AFTER_REJECTION, Stratum.AFTER_FULL])
        stratum += [*[Stratum(first), *[Stratum.MIDDLE] * 3][: length - 1], Stratum.BONUS]
    return Placement(
        call=np.arange(count),
        stratum=np.array(stratum[:count], dtype=np.int64),
        index=np.array(index[:count], dtype=np.int64),
        left=np.zeros(count, dtype=np.int64),
        received=(None,) * count,
        drafted=np.full(count, -1, dtype=np.int64),
    )


def after(history: list[list[int]], rng: np.random.Generator) -> Memory:
    """What is learned from texts of any tokens, under laws of any kind."""
    memory = Memory()
    for text in history:
        tokens = np.array(text, dtype=np.int64)
        before = laws(count=len(tokens), vocab_size=VOCAB)
        every = np.ones(len(tokens), dtype=bool)
        _, memory = bet_and_learn(memory, HABITS, "pair", before, placement(rng, len(tokens)), tokens, every)
    return memory


texts = st.lists(st.lists(st.integers(0, VOCAB - 1), min_size=1, max_size=40), max_size=4)


@settings(max_examples=60, deadline=None)
@given(history=texts, seed=st.integers(0, 1000), zeros=st.booleans())
def test_every_learned_bet_has_mean_one_whatever_came_before(
    history: list[list[int]], seed: int, zeros: bool
) -> None:
    rng = np.random.default_rng(seed)
    memory, now, placed = after(history, rng), laws(20, VOCAB, zeros), placement(rng, 20)
    mean = np.zeros((20, len(NAMES)))
    for token in range(VOCAB):
        won, _ = bet_and_learn(memory, HABITS, "pair", now, placed, np.full(20, token), EVERY)
        mean += now.target[:, [token]] * won
    assert np.abs(mean - 1.0).max() < 1e-9


@settings(max_examples=30, deadline=None)
@given(history=texts, seed=st.integers(0, 1000))
def test_a_run_teaches_nothing_about_itself(history: list[list[int]], seed: int) -> None:
    """Another token somewhere in the run moves no bet on the other tokens."""
    rng = np.random.default_rng(seed)
    memory, now, placed = after(history, rng), laws(20, VOCAB), placement(rng, 20)
    tokens = rng.integers(0, VOCAB, 20)
    other = np.where(np.arange(20) == 7, (tokens + 1) % VOCAB, tokens)
    first, _ = bet_and_learn(memory, HABITS, "pair", now, placed, tokens, EVERY)
    second, _ = bet_and_learn(memory, HABITS, "pair", now, placed, other, EVERY)
    assert (np.delete(first, 7, axis=0) == np.delete(second, 7, axis=0)).all()


def test_nothing_learned_is_nothing_bet() -> None:
    won, _ = bet_and_learn(
        Memory(),
        HABITS,
        "pair",
        laws(20, VOCAB),
        placement(np.random.default_rng(0), 20),
        np.zeros(20, int),
        EVERY,
    )
    assert np.allclose(won, 1.0)


def test_where_nothing_may_be_bet_nothing_is_learned_either() -> None:
    placed = placement(np.random.default_rng(0), 20)
    won, memory = bet_and_learn(Memory(), HABITS, "pair", laws(20, VOCAB), placed, np.zeros(20, int), ~EVERY)
    assert (won == 1.0).all()
    assert not any(counts.any() for both in memory.counts.values() for counts in both)


def test_ids_of_another_pair_are_other_ids() -> None:
    memory = after([[3] * 40], np.random.default_rng(0))
    now, placed, threes = laws(20, VOCAB), placement(np.random.default_rng(1), 20), np.full(20, 3)
    same, _ = bet_and_learn(memory, HABITS, "pair", now, placed, threes, EVERY)
    other, _ = bet_and_learn(memory, HABITS, "other", now, placed, threes, EVERY)
    ids = NAMES.index("token-id")
    assert same[:, ids].min() > 1.0
    assert np.allclose(other[:, ids], 1.0)


def draft_says_half(count: int) -> Laws:
    """Uniform target; a draft that says only the lower half of the ids."""
    base = laws(count, VOCAB)
    uniform, half = np.full((count, VOCAB), 1 / VOCAB), np.zeros((count, VOCAB))
    half[:, : VOCAB // 2] = 2 / VOCAB
    return replace(base, target=uniform, draft=half, block_bar=np.ones((count, 1)))


@pytest.mark.parametrize("name", [name for name in HABITS if "draft" in name])
def test_bets_on_the_draft_win_from_a_sampler_that_favours_it(name: str) -> None:
    rng, memory, gained = np.random.default_rng(2), Memory(), 0.0
    for _ in range(10):
        tokens = np.where(rng.random(20) < 0.8, rng.integers(0, 4, 20), rng.integers(4, 8, 20))
        won, memory = bet_and_learn(
            memory, HABITS, "pair", draft_says_half(20), placement(rng, 20), tokens, EVERY
        )
        gained += np.log(won[:, NAMES.index(name)]).sum()
    # 0.8 against 0.5 is worth 0.19 nats a token; ten runs have 200 tokens, the first bets nothing.
    assert gained > 15.0
