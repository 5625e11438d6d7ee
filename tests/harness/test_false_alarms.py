"""Right samplers by the hundred: does the law check blame them as rarely as it promises?

Ville's inequality says that it does; this looks. A run is one right sampler on half of the law check's
settings, with fresh prompts and fresh randomness, judged on its own from a purse of 1. The default is 500
runs of nine trials of 32 tokens, fewer where EOS comes first: short, so that they fit into a minute of CPU.
--long takes 10,000 runs, and tells every 500 how it stands.

    python -m pytest --long tests/harness/test_false_alarms.py -s
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

import numpy as np
import pytest

from bench.honest_runs import exactly
from harness.battery import LAW_SETTINGS, Battery, make_battery
from harness.checks.law import Law
from harness.checks.settings import draw_trial
from harness.core.trial import TrialRun
from tests.harness.samplers import RIGHT, WRONG
from tests.harness.simulate import Sampler
from tests.long import LONG

RUNS = 10_000 if LONG else 500
TOKENS_A_TRIAL = 32
BATTERIES = 40 if LONG else 10
"""Fresh pairs cost 50 ms, so runs share them; prompts and random numbers are never shared."""

STRICT = 1e-6
LADDER = (0.5, 0.1, 1e-2, STRICT)
"""The promise holds at every alpha, and only at the large ones do a few hundred runs say much."""
OWN_ERROR = 1e-6
"""Chance, for each alpha, that this test fails although the error rate is exactly what is promised."""


@dataclass(frozen=True)
class Session:
    kind: str
    battery: Battery
    runs: list[TrialRun]

    def rejected(self, alpha: float) -> bool:
        return Law(self.battery.pairs, LAW_SETTINGS, alpha=alpha).rejects(self.runs)


def sessions(kinds: tuple[type[Sampler], ...], count: int, seed: int) -> Iterator[Session]:
    """Kinds, batteries and the two halves of the battery's settings in turn."""
    batteries = [make_battery(1000 + n) for n in range(BATTERIES)]
    prompts, randomness = Random(seed), np.random.default_rng(seed)
    half = len(LAW_SETTINGS) // 2
    for n in range(count):
        kind, battery = kinds[n % len(kinds)], batteries[n % BATTERIES]
        runs = []
        for setting in LAW_SETTINGS[:half] if n % 3 else LAW_SETTINGS[half:]:
            pair = battery.pairs[setting.pair]
            trial = draw_trial("law", replace(setting, max_new_tokens=TOKENS_A_TRIAL), pair, prompts)
            runs.append(kind(pair, trial, randomness).run())
        yield Session(kind.__name__, battery, runs)


def most_alarms(runs: int, alpha: float, error: float) -> int:
    """The most alarms that chance explains: more have a probability of at most ``error``."""
    above, alarms = 0.0, runs
    while alarms > 0 and above + exactly(alarms, runs, alpha) <= error:
        above += exactly(alarms, runs, alpha)
        alarms -= 1
    return alarms


@pytest.mark.slow
@pytest.mark.timeout(7200 if LONG else 900)
def test_right_samplers_are_blamed_as_rarely_as_promised() -> None:
    alarms = dict.fromkeys(LADDER, 0)
    rejected: list[str] = []
    tokens, began = 0, time.process_time()
    for n, session in enumerate(sessions(tuple(RIGHT.values()), RUNS, seed=20_261), start=1):
        tokens += sum(len(run.tokens) for run in session.runs)
        # Evidence that does not reach one rung does not reach the next.
        for alpha in itertools.takewhile(session.rejected, LADDER):
            alarms[alpha] += 1
            rejected += [session.kind] if alpha == STRICT else []
        if n % 500 == 0:
            cpu_s = time.process_time() - began
            print(
                f"\n{n} right runs of {len(RIGHT)} kinds, {tokens} tokens, {cpu_s:.0f} s of CPU "
                f"({60 * n / cpu_s:.0f} runs a CPU minute); alarms by alpha: {alarms}",
                end="",
                flush=True,
            )
    assert rejected == []
    for alpha, seen in alarms.items():
        assert seen <= most_alarms(RUNS, alpha, OWN_ERROR), f"{seen} of {RUNS} at {alpha:g}"


def test_the_same_sessions_would_show_a_wrong_sampler() -> None:
    """Else no alarm would mean nothing."""
    wrong = tuple(WRONG[name][0] for name in ("accept-always", "correct-from-draft", "row-before"))
    assert all(session.rejected(STRICT) for session in sessions(wrong, 6, seed=5))


def test_chance_explains_fewer_alarms_than_come_from_twice_the_rate() -> None:
    assert most_alarms(10_000, 1e-2, OWN_ERROR) < 2 * 10_000 * 1e-2
    assert most_alarms(1, 1e-2, 0.5) == 0
    assert most_alarms(2, 0.5, 0.3) == 1
