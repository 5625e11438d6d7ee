"""Costs that made the times are found again from the times."""

from __future__ import annotations

from random import Random

import pytest

from bench.call_costs import Pass, Role, Timed, calibrated

TABLE: dict[tuple[Role, int], float] = {("target", 1): 4e-3, ("target", 5): 5e-3, ("draft", 1): 5e-4}
SLOPE = {"target": 2e-6, "draft": 1e-6}
A_CALL, A_TOKEN = 5e-5, 3e-4


def run(rng: Random, interrupted: float = 0.0) -> Timed:
    passes = []
    for _ in range(40):
        role, fed = rng.choice(list(TABLE))
        cached = rng.randint(10, 200)
        seconds = TABLE[role, fed] + SLOPE[role] * cached
        passes.append(Pass(role, fed, cached, seconds + interrupted * (rng.random() < 0.05)))
    tokens = rng.randint(40, 64)
    inside = sum(each.seconds for each in passes)
    return Timed(inside + A_CALL * len(passes) + A_TOKEN * tokens, tokens, tuple(passes), 0)


def test_costs_are_found_again() -> None:
    rng = Random(1)
    costs = calibrated([run(rng) for _ in range(12)])
    assert costs.table == pytest.approx(TABLE)
    assert costs.slope == pytest.approx(SLOPE)
    fresh = run(rng)
    assert costs.all(fresh) == pytest.approx(fresh.wall_s)
    assert costs.inside(fresh) == pytest.approx(sum(each.seconds for each in fresh.passes))


def test_a_few_interrupted_calls_change_little() -> None:
    rng = Random(2)
    costs = calibrated([run(rng, interrupted=0.05) for _ in range(12)])
    assert costs.table["target", 1] == pytest.approx(TABLE["target", 1], rel=0.1)
    assert costs.table["draft", 1] == pytest.approx(TABLE["draft", 1], rel=0.2)


def test_no_call_is_ever_free() -> None:
    seconds = {10: 1e-3, 100: 1e-3, 101: 1e-1}
    falling = tuple(Pass("target", 1, cached, each) for cached, each in seconds.items())
    costs = calibrated([Timed(0.2, 3, falling, 0)] * 2)
    assert min(costs.table.values()) >= 0.0
