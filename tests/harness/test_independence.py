"""Calls that share their random numbers, by the same prompt asked again and by other prompts."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from harness.battery import Battery, make_battery
from harness.core.trial import TrialRun
from tests.harness.play import judge, play
from tests.harness.samplers import WRONG, FirstFromDraft, Races, SeedsEachCall, SeedsEachCallRaces
from tests.harness.simulate import Sampler
from wire.scorecard import Status


def runs_of(battery: Battery, law: type[Sampler], asked_twice: type[Sampler]) -> list[TrialRun]:
    return play(battery, law, seed=3, only="law") + play(battery, asked_twice, seed=4, only="independence")


@pytest.mark.parametrize("kind", [Sampler, Races])
def test_calls_that_differ_pass(kind: type[Sampler]) -> None:
    battery = make_battery(7)
    assert judge(battery, runs_of(battery, kind, kind))["independence"].status is Status.PASS


@pytest.mark.parametrize("kind", [SeedsEachCall, SeedsEachCallRaces])
def test_the_same_prompt_shows_a_generator_that_starts_anew(kind: type[Sampler]) -> None:
    battery = make_battery(7)
    verdict = judge(battery, play(battery, kind, seed=4, only="independence"))["independence"]
    assert verdict.status is Status.FAIL
    assert "3 of 3 prompts got the same text twice" in verdict.diagnosis


@pytest.mark.parametrize("kind", [SeedsEachCall, SeedsEachCallRaces])
def test_other_prompts_show_it_too(kind: type[Sampler]) -> None:
    """As of a submission that looks whether it has had the prompt before."""
    battery = make_battery(7)
    law = next(check for check in battery.checks if check.name == "law")
    rng = np.random.default_rng(0)
    others = [
        kind(battery.pairs[trial.pair], trial, rng).run() for trial in law.trials("full", Random(0))[:90]
    ]
    runs = others + play(battery, Sampler, seed=4, only="independence")
    verdict = judge(battery, runs)["independence"]
    assert verdict.status is Status.FAIL
    assert verdict.diagnosis.startswith("Calls with different prompts are alike")


@pytest.mark.parametrize("kind", [WRONG["accept-always"][0], FirstFromDraft])
def test_a_bent_law_is_not_called_a_reset(kind: type[Sampler]) -> None:
    battery = make_battery(7)
    assert judge(battery, runs_of(battery, kind, kind))["independence"].status is Status.PASS


def test_without_a_prompt_asked_twice_nothing_is_said() -> None:
    battery = make_battery(7)
    runs = play(battery, Sampler, seed=3, only="law")[:4]
    assert judge(battery, runs)["independence"].status is Status.NOT_RUN
