"""The law check on simulated samplers: right ones pass whatever their method, wrong ones are named."""

from __future__ import annotations

from random import Random

import pytest

from harness.battery import make_battery
from harness.checks import second_opinion
from harness.checks.law import NAMEABLE, Law
from harness.core.check import Check
from tests.harness.play import judge, play
from tests.harness.samplers import HONEST, NAMELESS, WRONG
from wire.scorecard import Status


@pytest.mark.parametrize("name", HONEST)
def test_a_right_sampler_of_any_method_passes(name: str) -> None:
    battery = make_battery(3)
    verdicts = judge(battery, play(battery, HONEST[name], seed=11))
    for check in ("contract", "greedy", "law", "provenance"):
        assert verdicts[check].status is Status.PASS, verdicts[check]


SUBTLE = {
    "redraws-repeats",
    "correct-tempered",
    "lenient-by-3-percent",
    "uniform-from-a-twentieth",
    "residual-falls-back",
}
"""Need most of a full judgement's tokens, or now and then more."""


@pytest.mark.parametrize("name", sorted(set(WRONG) - SUBTLE))
def test_a_wrong_sampler_is_rejected_and_named(name: str) -> None:
    kind, bugs = WRONG[name]
    battery = make_battery(3)
    law = next(check for check in battery.checks if isinstance(check, Law))
    runs = play(battery, kind, "full", seed=11, only="law")
    assert law.judge(runs).status is Status.FAIL
    named = law.diagnose(runs)
    assert {named.bug, named.runner_up} & bugs or not named.fits, named


@pytest.mark.parametrize("name", NAMELESS)
def test_a_bug_that_has_no_name_gets_none_for_sure(name: str) -> None:
    battery = make_battery(3)
    law = next(check for check in battery.checks if isinstance(check, Law))
    runs = play(battery, NAMELESS[name], "full", seed=11, only="law")
    assert law.judge(runs).status is Status.FAIL
    named = law.diagnose(runs)
    assert not named.sure or named.bug == "unknown", named


@pytest.mark.parametrize("name", ["no-top-p", "stale-cache"])
def test_the_two_readers_get_two_sentences(name: str) -> None:
    """The candidate's sentence names the place to look and gives away no law, pair or seed."""
    battery = make_battery(3)
    verdict = judge(battery, play(battery, WRONG[name][0], seed=11, only="law"))["law"]
    assert verdict.summary.startswith("Sampled text does not follow the target's distribution.")
    assert not any(pair in verdict.summary for pair in battery.pairs)
    assert len(verdict.diagnosis) > len(verdict.summary)


def test_settled_means_that_the_verdict_is_fail_and_a_name_rests_on_something() -> None:
    battery = make_battery(4)
    law: Check = next(check for check in battery.checks if isinstance(check, Law))
    runs = play(battery, WRONG["accept-always"][0], seed=2, only="law")
    settled = [law.settled(runs[: n + 1]) for n in range(len(runs))]
    assert settled == sorted(settled)
    assert settled[-1]
    assert law.judge(runs).status is Status.FAIL
    assert sum(len(run.tokens) for run in runs) >= NAMEABLE
    assert law.judge(runs[:3]).status is Status.FAIL  # certain long before


def test_the_verdict_hangs_on_the_runs_alone() -> None:
    first, second = make_battery(5), make_battery(5)
    runs = play(first, HONEST["Sampler"], seed=3, only="law")[:8]
    fresh = next(check for check in second.checks if isinstance(check, Law))
    used = next(check for check in first.checks if isinstance(check, Law))
    used.settled(list(reversed(runs)))
    assert fresh.judge(runs) == used.judge(runs)


def test_a_second_opinion_stands_beside_the_bets_and_nothing_is_bet_on_it() -> None:
    battery = make_battery(3)
    law = next(check for check in battery.checks if isinstance(check, Law))
    runs = play(battery, HONEST["Sampler"], "full", seed=11, only="law")
    tiny = [run for run in runs if second_opinion.is_for_it(run.trial)]
    assert len(tiny) == second_opinion.TRIALS["full"]
    with_it, without = law.judge(runs), law.judge([run for run in runs if run not in tiny])
    assert with_it.status is without.status is Status.PASS
    own = tuple(each for each in with_it.measurements if not each.name.startswith("second opinion"))
    assert own == without.measurements
    assert len(with_it.measurements) == len(own) + 2
    assert len(with_it.plots) == len(without.plots) + 1


def test_a_quick_judgement_asks_for_no_second_opinion() -> None:
    law = next(check for check in make_battery(3).checks if isinstance(check, Law))
    assert not any(second_opinion.is_for_it(trial) for trial in law.trials("quick", Random(1)))
