"""A speed-up from ratios: what moves it, what does not, when it is enough."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.wall.statistics import FEWEST, LOOKS, PRECISE, estimate, precise

RATIOS = st.lists(st.floats(0.1, 10.0), min_size=FEWEST, max_size=40)


@given(RATIOS)
def test_the_interval_holds_the_median_and_lies_within_what_was_seen(ratios: list[float]) -> None:
    found = estimate(ratios)
    assert found is not None
    assert found.low <= found.value <= found.high
    assert min(ratios) * (1 - 1e-12) <= found.low
    assert found.high <= max(ratios) * (1 + 1e-12)


@given(RATIOS, st.floats(0.5, 2.0))
def test_a_machine_that_is_faster_for_both_changes_nothing_and_one_for_one_scales(
    ratios: list[float], factor: float
) -> None:
    found, scaled = estimate(ratios), estimate([factor * ratio for ratio in ratios])
    assert found is not None
    assert scaled is not None
    assert scaled.value == pytest.approx(factor * found.value)
    assert scaled.half_width == pytest.approx(found.half_width, abs=1e-9)


@given(RATIOS)
def test_the_same_ratios_give_the_same_digits(ratios: list[float]) -> None:
    assert estimate(ratios) == estimate(list(ratios))


def test_few_turns_say_nothing() -> None:
    assert estimate([1.3] * (FEWEST - 1)) is None
    assert not precise([1.3] * (FEWEST - 1))


def test_one_interruption_is_forgiven() -> None:
    ratios = [1.5] * 15
    found = estimate([*ratios, 0.01])
    assert found is not None
    assert found.value == pytest.approx(1.5)


def test_equal_ratios_are_precise_and_scattered_ones_are_not() -> None:
    assert precise([1.4] * LOOKS[0])
    scattered = np.exp(np.random.default_rng(0).normal(0.3, 0.5, LOOKS[0]))
    assert not precise(scattered.tolist())


def test_it_is_looked_at_a_few_times_only() -> None:
    assert [n for n in range(60) if precise([1.4] * n)] == [n for n in LOOKS if n < 60]


def test_intervals_narrow_with_turns_and_nearly_always_hold_the_truth() -> None:
    rng = np.random.default_rng(7)
    held, widths = 0, {12: 0.0, 48: 0.0}
    for _ in range(100):
        logs = rng.normal(np.log(1.4), 0.12, 48)
        for turns in widths:
            found = estimate(np.exp(logs[:turns]).tolist())
            assert found is not None
            widths[turns] += found.half_width / 100
            held += found.low <= 1.4 <= found.high
    assert held >= 170
    assert widths[12] > PRECISE
    assert widths[48] < 0.7 * widths[12]
