"""Two contestants side by side."""

from __future__ import annotations

from dataclasses import replace

from harness.core.trial import Ended
from harness.runner.troupe import Troupe
from isolation.bare import BareRuntime
from pairs.analytic import Pair
from tests.harness.conftest import REFERENCE, trial

RIGHT = {"specdec.py": REFERENCE.read_text()}


def test_runs_come_back_in_the_order_of_their_trials(runtime: BareRuntime, pair: Pair) -> None:
    long, short = replace(trial(), max_new_tokens=40), replace(trial(), max_new_tokens=1)
    asked = [long, short, replace(short, seed=2), replace(short, seed=3), long]
    with Troupe(RIGHT, {"small": pair}, runtime, entry="specdec.py") as troupe:
        for each in asked:
            troupe.begin(each)
        assert troupe.busy == len(asked)
        runs = [troupe.finish() for _ in asked]
    assert [run.trial for run in runs] == asked
    assert all(run.ended is Ended.RETURNED for run in runs)
    assert runs[0].tokens == runs[-1].tokens


def test_leaving_early_gives_up_the_trials_that_wait(runtime: BareRuntime, pair: Pair) -> None:
    with Troupe(RIGHT, {"small": pair}, runtime, entry="specdec.py") as troupe:
        for seed in range(4):
            troupe.begin(replace(trial(), seed=seed))
        troupe.finish()
    assert troupe.busy == 3
