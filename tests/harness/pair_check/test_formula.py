"""What a pair should gain: the textbook's formula, and intervals that hold what they estimate."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.pair_check.formula import (
    Costs,
    accepted_mass,
    expected_speedup,
    mean_of,
    ratio_of,
    tokens_a_round,
)

FREE = Costs(draft=0.0, target={1: 1.0, 9: 1.0}, target_ms=1.0)
gammas = st.integers(1, 8)


@given(acceptance=st.floats(0.0, 0.999), gamma=gammas)
def test_tokens_a_round_are_the_geometric_sum(acceptance: float, gamma: int) -> None:
    textbook = (1 - acceptance ** (gamma + 1)) / (1 - acceptance)
    assert tokens_a_round(acceptance, gamma) == pytest.approx(textbook)


def test_where_all_stands_and_drafts_cost_nothing_a_block_is_the_gain() -> None:
    assert expected_speedup(1.0, 4, FREE) == 5.0
    assert expected_speedup(0.0, 4, FREE) == 1.0


def test_drafts_and_longer_blocks_are_paid_for() -> None:
    costs = Costs(draft=0.1, target={1: 1.0, 3: 1.2, 5: 1.6}, target_ms=2.0)
    assert costs.block(3) == pytest.approx(1.4)  # between 3 and 5 tokens fed
    assert expected_speedup(0.5, 2, costs) == pytest.approx(1.75 / (0.2 + 1.2))


@given(seed=st.integers(0, 99), temperature=st.sampled_from([0.0, 0.4, 1.0]))
def test_a_model_accepts_itself_and_no_draft_more(seed: int, temperature: float) -> None:
    target, draft = np.random.default_rng(seed).normal(size=(2, 5, 16)).astype(np.float32)
    assert accepted_mass(target, target, temperature) == pytest.approx(1.0)
    assert accepted_mass(target, draft, temperature) == accepted_mass(draft, target, temperature) < 1.0


@given(st.lists(st.floats(0.5, 2.0), min_size=4, max_size=40))
def test_an_interval_holds_its_value_and_shrinks_to_it_where_all_are_equal(values: list[float]) -> None:
    estimate = mean_of(values)
    assert min(values) - 1e-12 <= estimate.low <= estimate.high <= max(values) + 1e-12
    same = ratio_of([3.0] * len(values), [2.0] * len(values))
    assert same.low == same.value == same.high == 1.5


def test_rounds_are_resampled_whole_so_a_slow_spell_cancels() -> None:
    load = np.random.default_rng(0).lognormal(0.0, 1.0, 30)
    estimate = ratio_of(list(1.5 * load), list(load))
    assert estimate.high - estimate.low < 1e-9
