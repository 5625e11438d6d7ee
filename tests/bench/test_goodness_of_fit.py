"""The usual tests, held against draws: a comparison is worth nothing if the other side is built badly."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.bets import quantile
from bench.goodness_of_fit import (
    LEAST_EXPECTED,
    STATISTICS,
    critical,
    gamma_quantile,
    histogram_power,
    kolmogorov_power,
    pool,
    total_variation_alarms,
    transformed,
)
from bench.usual_tests import BUDGETS, smallest

RNG = np.random.default_rng(8)


def test_gamma_quantiles_are_those_of_tables() -> None:
    assert np.isclose(gamma_quantile(1.0, 1e-6), -np.log(1e-6), rtol=1e-4)
    assert np.isclose(2 * gamma_quantile(0.5, 1e-6), 23.928, rtol=1e-4)  # chi-square, 1 degree of freedom
    assert np.isclose(2 * gamma_quantile(5.0, 1e-6), 46.863, rtol=1e-4)  # 10 degrees


@given(
    weights=st.lists(st.floats(0.0, 1.0), min_size=2, max_size=60).filter(lambda each: sum(each) > 0.1),
    samples=st.integers(1, 20_000),
)
def test_pooling_keeps_all_mass_and_leaves_no_thin_cell(weights: list[float], samples: int) -> None:
    law = np.array(weights) / sum(weights)
    cells = pool(law, samples)
    assert np.isclose(cells.expected.sum(), samples)
    assert np.allclose(cells.mass(law)[:-1] * samples, cells.expected)
    assert cells.mass(law)[-1] == 0.0
    assert cells.count == 1 or cells.expected.min() >= LEAST_EXPECTED - 1e-9


LAWS = {
    "flat": np.full(16, 1 / 16),
    "zipf": (1 / np.arange(1, 200) ** 1.2) / (1 / np.arange(1, 200) ** 1.2).sum(),
}


@pytest.mark.parametrize("statistic", STATISTICS)
@pytest.mark.parametrize(
    ("name", "samples"), [("flat", 200), ("flat", 5_000), ("zipf", 300), ("zipf", 2_000)]
)
def test_false_alarms_are_as_many_as_asked_for(name: str, samples: int, statistic: str) -> None:
    """200,000 histograms. At 1e-3, half to twice the 200 alarms that are due; at 1e-4, where 20 are, 4 to 42:
    chance alone leaves that once in 25,000 times."""
    rng = np.random.default_rng(8)
    cells = pool(LAWS[name], samples)
    mass = cells.mass(LAWS[name])
    values = np.concatenate(
        [
            STATISTICS[statistic](counts[:, :-1].astype(float), cells.expected).sum(axis=1)
            for counts in (rng.multinomial(samples, mass / mass.sum(), size=20_000) for _ in range(10))
        ]
    )
    for alpha, least, most in ((1e-3, 100, 400), (1e-4, 4, 42)):
        assert least <= (values > critical(cells, statistic, alpha)).sum() <= most


def test_power_is_the_error_under_the_null_and_1_far_away() -> None:
    null, far = LAWS["flat"], np.concatenate([np.full(8, 1 / 12), np.full(8, 1 / 24)])
    cells = pool(null, 5_000)
    assert set(histogram_power(cells, null, 5_000, 1e-6, 100, RNG).values()) == {0.0}
    assert set(histogram_power(cells, far, 5_000, 1e-6, 100, RNG).values()) == {1.0}


def test_each_statistic_has_power_of_its_own() -> None:
    """Chi-square weighs a few rare outcomes that became frequent more than G does."""
    null = np.array([0.01] * 5 + [0.95 / 20] * 20)
    truth = np.concatenate([[0.022], null[1:]]) / (1.012)
    power = histogram_power(pool(null, 1_500), truth, 1_500, 1e-3, 1_000, np.random.default_rng(3))
    assert power["chi_square"] > power["g"] + 0.02


def test_one_impossible_sample_is_enough() -> None:
    null = np.array([0.5, 0.5, 0.0])
    power = histogram_power(pool(null, 4), np.array([0.25, 0.25, 0.5]), 4, 1e-6, 4_000, RNG)
    assert set(power) == set(STATISTICS)
    assert all(abs(each - (1 - 0.5**4)) < 0.03 for each in power.values())


def test_the_probability_integral_transform_is_uniform_under_the_null_only() -> None:
    rows = RNG.dirichlet(np.ones(7), size=5)
    prefixes = RNG.dirichlet(np.ones(5))
    uniform = transformed(rows, prefixes[:, None] * rows)
    assert np.allclose(uniform * len(uniform), 1.0)
    bent = transformed(rows, prefixes[:, None] * rows[:, ::-1])
    assert np.isclose(bent.sum(), 1.0)
    assert np.abs(np.cumsum(bent - uniform)).max() > 0.05
    assert kolmogorov_power([uniform], 4_000, 1e-6, 50, RNG) == 0.0
    assert kolmogorov_power([bent], 40_000, 1e-6, 50, RNG) == 1.0


def test_total_variation_of_a_few_samples_alarms_whatever_the_sampler() -> None:
    """The folklore check has an error rate of its own, near 1 for few samples of many tokens."""
    wide = np.full(256, 1 / 256)
    assert total_variation_alarms(wide, wide, 200, 0.1, 50, RNG) == 1.0
    assert total_variation_alarms(wide, wide, 100_000, 0.1, 50, RNG) == 0.0


@given(at=st.integers(0, len(BUDGETS) + 3))
def test_the_smallest_budget_is_found(at: int) -> None:
    bar = (*BUDGETS, *(10**9,) * 4)[at]
    found = smallest(lambda tokens: float(tokens >= bar), 0.5)
    assert found == (bar if at < len(BUDGETS) else None)


def test_a_run_that_never_rejects_counts_as_the_longest() -> None:
    assert quantile([10, None, 30, 20], 0.5) == 20
    assert quantile([10, None, None], 0.5) is None
