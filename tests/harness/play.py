"""Plays a simulated sampler through a battery, the way the judge plays a submission."""

from __future__ import annotations

from random import Random

import numpy as np

from harness.battery import Battery
from harness.core.check import Budget
from harness.core.trial import TrialRun
from tests.harness.simulate import Sampler
from wire.scorecard import Verdict


def play(battery: Battery, kind: type[Sampler], budget: Budget = "quick", seed: int = 1) -> list[TrialRun]:
    """All trials of all checks; a check that is settled stops its own."""
    rng, randomness = Random(seed), np.random.default_rng(seed)
    runs: list[TrialRun] = []
    for check in battery.checks:
        for trial in check.trials(budget, rng):
            runs.append(kind(battery.pairs[trial.pair], trial, randomness).run())
            if check.settled(runs):
                break
    return runs


def judge(battery: Battery, runs: list[TrialRun]) -> dict[str, Verdict]:
    return {check.name: check.judge(runs) for check in battery.checks}
