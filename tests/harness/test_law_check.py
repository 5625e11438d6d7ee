"""The law check on simulated samplers: right ones pass whatever their method, wrong ones are named."""

from __future__ import annotations

import pytest

from harness.battery import make_battery
from harness.checks.law import Law
from harness.core.check import Check
from tests.harness.play import judge, play
from tests.harness.samplers import HONEST, WRONG
from wire.scorecard import Status


@pytest.mark.parametrize("name", HONEST)
def test_a_right_sampler_of_any_method_passes(name: str) -> None:
    battery = make_battery(3)
    verdicts = judge(battery, play(battery, HONEST[name], seed=11))
    for check in ("contract", "greedy", "law", "provenance"):
        assert verdicts[check].status is Status.PASS, verdicts[check]


BLATANT = sorted(set(WRONG) - {"lenient"})


@pytest.mark.parametrize("name", BLATANT)
def test_a_wrong_sampler_is_rejected_and_named(name: str) -> None:
    kind, bugs = WRONG[name]
    battery = make_battery(3)
    law = next(check for check in battery.checks if isinstance(check, Law))
    runs = play(battery, kind, seed=11)
    assert law.judge(runs).status is Status.FAIL
    named = law.diagnose(runs)
    assert {named.bug, named.runner_up} & bugs, named


def test_settled_means_that_the_verdict_is_fail() -> None:
    battery = make_battery(4)
    law: Check = next(check for check in battery.checks if isinstance(check, Law))
    runs = play(battery, WRONG["accept-always"][0], seed=2)
    settled = [law.settled(runs[: n + 1]) for n in range(len(runs))]
    assert settled == sorted(settled)
    assert settled[-1]


def test_the_verdict_hangs_on_the_runs_alone() -> None:
    first, second = make_battery(5), make_battery(5)
    runs = play(first, HONEST["Sampler"], seed=3)
    fresh = next(check for check in second.checks if isinstance(check, Law))
    used = next(check for check in first.checks if isinstance(check, Law))
    used.settled(list(reversed(runs)))
    assert fresh.judge(runs) == used.judge(runs)
