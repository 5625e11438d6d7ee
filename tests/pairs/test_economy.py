"""The reference's expected cost against a simulated reference, and the order of the bounds."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from pairs.economy import (
    any_coupling_tokens,
    best_fixed,
    expected_cost,
    expected_places,
    path,
    path_adaptive_time,
)
from pairs.prices import COMPUTE_BOUND, MEMORY_BOUND, plain_decoding_price


def emitted(keep: list[float]):
    return path(3, np.array([[0.5, 0.5 * value] for value in keep]))


def calls_by_enumeration(keep: list[float], gamma: int) -> float:
    """Expected rounds, over all outcomes of the accept flags."""
    total = 0.0
    for flags in itertools.product([True, False], repeat=len(keep)):
        chance = float(np.prod([k if flag else 1 - k for k, flag in zip(keep, flags, strict=True)]))
        at = rounds = 0
        while at < len(keep):
            rounds += 1
            block = min(gamma, len(keep) - at - 1)
            stood = next((n for n in range(block) if not flags[at + n]), block)
            at += stood + 1
        total += chance * rounds
    return total


@pytest.mark.parametrize("gamma", [0, 1, 2, 3, 7])
def test_expected_target_calls_are_exact(gamma: int) -> None:
    keep = [0.9, 0.2, 0.7, 1.0, 0.5, 0.6, 0.3]
    assert expected_cost(emitted(keep), gamma, MEMORY_BOUND).target_calls == pytest.approx(
        calls_by_enumeration(keep, gamma)
    )


def places_by_enumeration(keep: list[float], gamma: int) -> tuple[list[float], list[float]]:
    """Expected drafts offered and standing at each place, over all outcomes of the accept flags."""
    offered, stands = [0.0] * gamma, [0.0] * gamma
    for flags in itertools.product([True, False], repeat=len(keep)):
        chance = float(np.prod([k if flag else 1 - k for k, flag in zip(keep, flags, strict=True)]))
        at = 0
        while at < len(keep):
            block = min(gamma, len(keep) - at - 1)
            stood = next((n for n in range(block) if not flags[at + n]), block)
            for place in range(block):
                offered[place] += chance
                stands[place] += chance * (place < stood)
            at += stood + 1
    return offered, stands


@pytest.mark.parametrize("gamma", [0, 1, 2, 3, 7])
def test_expected_places_are_exact(gamma: int) -> None:
    keep = [0.9, 0.2, 0.7, 1.0, 0.5, 0.6, 0.3]
    offered, stands = expected_places(emitted(keep), gamma)
    expected = places_by_enumeration(keep, gamma)
    assert offered == pytest.approx(expected[0])
    assert stands == pytest.approx(expected[1])


@pytest.mark.parametrize("gamma", [0, 1, 4])
def test_the_draft_s_part_of_the_cost_is_what_its_calls_cost(gamma: int) -> None:
    cost = expected_cost(emitted([1.0] * 10), gamma, MEMORY_BOUND)
    free = replace(MEMORY_BOUND, draft_call=0, draft_position=0, draft_cached=0)
    assert cost.target_time == pytest.approx(expected_cost(emitted([1.0] * 10), gamma, free).virtual_time)
    assert (cost.draft_time > 0) == (gamma > 0)


def test_no_drafts_cost_what_plain_decoding_costs() -> None:
    cost = expected_cost(emitted([0.5] * 10), 0, MEMORY_BOUND)
    assert cost.virtual_time == plain_decoding_price(3, 10, MEMORY_BOUND)


@pytest.mark.parametrize("prices", [MEMORY_BOUND, COMPUTE_BOUND])
def test_hindsight_is_never_slower_than_the_best_fixed_length(prices) -> None:
    rng = np.random.default_rng(1)
    for _ in range(5):
        text = emitted(rng.uniform(0.2, 1.0, 30).tolist())
        _, fixed = best_fixed([text], prices)
        assert path_adaptive_time(text, prices) <= fixed + 1e-6


def test_speculation_is_not_worth_it_where_positions_cost_a_call() -> None:
    assert best_fixed([emitted([0.6] * 30)], COMPUTE_BOUND)[0] == 0


def test_the_any_coupling_bound_is_above_token_level_acceptance() -> None:
    ratio = np.random.default_rng(2).lognormal(0.0, 0.5, 200)
    text = path(3, np.stack([np.full(200, 0.3), 0.3 * ratio], axis=1))
    token_level = 200 / expected_cost(text, 4, MEMORY_BOUND).target_calls
    assert any_coupling_tokens([text], 4) > token_level
