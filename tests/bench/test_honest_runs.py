"""Whole judgements of simulated samplers: right ones pass every check, wrong ones do not; bounds of rates."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.honest_runs import at_most, exactly, judged, judgements, table
from tests.harness.samplers import RIGHT, WRONG


def test_a_right_sampler_is_blamed_by_no_check_and_a_wrong_one_by_several() -> None:
    assert judged(RIGHT["BlockVerification"], 3, "quick").failed == ()
    accept_always, _ = WRONG["accept-always"]
    assert {"greedy", "law"} <= set(judged(accept_always, 3, "quick").failed)


def test_judgements_take_right_samplers_in_turn_on_seeds_that_one_seed_fixes() -> None:
    first, second = list(itertools.islice(judgements(5, "quick"), 2))
    assert (first.kind, second.kind) == tuple(RIGHT)[:2]
    assert first == next(judgements(5, "quick"))
    assert "2 judgements of 2 right samplers" in table([first, second])


@given(st.integers(1, 2_000), st.floats(0.5, 0.999))
def test_without_an_alarm_the_bound_is_the_rate_that_would_show_none_as_rarely(
    runs: int, confidence: float
) -> None:
    assert at_most(0, runs, confidence) == pytest.approx(1 - (1 - confidence) ** (1 / runs))


@given(st.integers(1, 60), st.data())
def test_so_few_alarms_have_the_chance_left_by_the_confidence_at_the_bound(
    runs: int, data: st.DataObject
) -> None:
    alarms = data.draw(st.integers(0, runs - 1))
    bound = at_most(alarms, runs, 0.95)
    assert sum(exactly(each, runs, bound) for each in range(alarms + 1)) == pytest.approx(0.05, rel=1e-6)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_a_thousand_right_judgements_blame_nobody() -> None:
    """A blameless thousand bounds the rate by 0.003; the levels at which bets may alarm are in the table."""
    seen = list(itertools.islice(judgements(20_262, "quick"), 1000))
    assert [each for each in seen if each.failed] == [], table(seen)
    for level in (0.5, 0.1, 1e-2):
        alarms = sum(10 ** each.evidence["law"] >= 1 / level for each in seen)
        assert sum(exactly(k, 1000, level) for k in range(alarms, 1001)) > 1e-6
