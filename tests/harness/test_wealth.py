"""Ville's inequality, checked where it can be: at 1e-2, over fresh runs with drafts, blocks and strata."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from harness.battery import LAW_SETTINGS, make_battery
from harness.checks.law import BETS, Law
from harness.core import learned, wealth
from harness.core.alternatives import ratios
from tests.harness.samplers import HONEST
from tests.harness.test_alternatives import laws
from tests.harness.test_learned import placement


def peak(seed: int, runs: int = 3, tokens: int = 30) -> float:
    """Largest log e-value of a right session: two pairs, fixed and learned bets, a look after each run."""
    rng = np.random.default_rng(seed)
    memory, together = learned.Memory(), wealth.fresh(len(BETS))
    apart = dict.fromkeys("ab", together)
    looks = []
    for n in range(runs):
        pair = "ab"[n % 2]
        given, placed = laws(count=tokens, vocab_size=8), placement(rng, tokens)
        drawn = np.array([rng.choice(8, p=row) for row in given.target])
        found, memory = learned.bet_and_learn(
            memory, learned.HABITS, pair, given, placed, drawn, np.ones(tokens, dtype=bool)
        )
        won = np.concatenate([ratios(given, drawn), found], axis=1)
        contexts = wealth.contexts(placed.stratum, given.remaining)
        together = wealth.bet(together, won, contexts)
        apart[pair] = wealth.bet(apart[pair], won, contexts)
        logs = np.array([each.log_e for each in apart.values()])
        looks.append(float(wealth.battery(np.array(together.log_e), logs, 2)))
    return max(looks)


def test_alarms_at_one_percent_are_at_most_one_percent() -> None:
    """500 right sessions, fixed seeds: at most 5 alarms are due on average, and 14 has probability 1e-3."""
    alarms = sum(peak(seed) >= wealth.threshold(1e-2) for seed in range(500))
    assert alarms < 14


def alarms_of_right_samplers(sessions: int, trials: int, alpha: float) -> int:
    """Every right method in turn, on fresh pairs every twenty sessions."""
    kinds, alarms = list(HONEST.values()), 0
    for seed in range(sessions):
        if seed % 20 == 0:
            pairs = make_battery(seed).pairs
        law = Law(pairs, settings=LAW_SETTINGS, alpha=alpha)
        rng, kind = np.random.default_rng(seed), kinds[seed % len(kinds)]
        wanted = law.trials("quick", Random(seed))[:trials]
        alarms += law.rejects([kind(pairs[trial.pair], trial, rng).run() for trial in wanted])
    return alarms


def test_right_samplers_of_every_method_raise_at_most_ten_percent_alarms_at_ten_percent() -> None:
    """By Ville at most 6 of 60 are due on average; 15 has probability 1e-3."""
    assert alarms_of_right_samplers(sessions=60, trials=4, alpha=0.1) < 15


@pytest.mark.timeout(1800)
@pytest.mark.long
def test_right_samplers_of_every_method_raise_at_most_one_percent_alarms_at_one_percent() -> None:
    assert alarms_of_right_samplers(sessions=500, trials=12, alpha=1e-2) < 14


def test_wealth_in_pieces_is_wealth_at_once() -> None:
    given = laws(count=40, vocab_size=8)
    drawn, strata = np.zeros(40, dtype=np.int64), np.arange(40) % 5
    won = ratios(given, drawn)
    empty = wealth.fresh(won.shape[1])
    at_once = wealth.bet(empty, won, strata)
    half = wealth.bet(empty, won[:15], strata[:15])
    assert np.allclose(at_once.logs, wealth.bet(half, won[15:], strata[15:]).logs)


def test_a_bet_moves_its_context_and_the_one_that_bets_everywhere() -> None:
    moved = wealth.bet(wealth.fresh(1), np.full((1, 1), 2.0), np.array([3])).logs[:, 0].any(axis=1)
    assert np.flatnonzero(moved).tolist() == [3, len(moved) - 1]


def test_the_first_and_the_last_token_have_contexts_of_their_own() -> None:
    strata = np.array([1, 2, 2, 3])
    assert wealth.contexts(strata, np.arange(9, 5, -1)).tolist() == [wealth.FIRST, 2, 2, 3]
    assert wealth.contexts(strata, np.arange(4)[::-1]).tolist() == [wealth.FIRST, 2, 2, wealth.LAST]
    assert wealth.contexts(strata[:1], np.array([0])).tolist() == [wealth.LAST]


def test_rounding_costs_a_little_on_every_bet() -> None:
    after = wealth.bet(wealth.fresh(3), np.ones((10, 3)), np.zeros(10, dtype=np.int64))
    assert -1e-3 < after.log_e < 0.0


def test_a_pair_not_yet_played_counts_one() -> None:
    common, one = np.array(np.log(30.0)), np.array([np.log(70.0)])
    assert np.isclose(wealth.battery(common, one, 7), np.log((30 + 76 / 7) / 2))
