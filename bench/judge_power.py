"""How many tokens does it take to see that a sampler is wrong? The judge's bets against the usual tests.

    python bench/judge_power.py [--seconds N] [--pairs NAME ...] [--bugs TEXT ...] [--json OUT]

Every test has the same error, 1e-6, and the same question: after how many tokens does it reject in half of
the runs, and in nine tenths. The bets (bench/bets.py) read fresh texts of 64 tokens and stop by themselves.
The usual tests (bench/usual_tests.py) read the first tokens of one prompt, asked over and over, with the best
number of samples fixed beforehand. Three times:

* on each pair alone, by the histogram of the first tokens together; on `language`, against the bets on all
  pairs, that is the recipe which is in use ("recipe");
* on each pair alone, where the usual tests are told the bug too, and look only where it shows soonest;
* on all pairs in turn, as the product plays them, where nobody is told the bug ("blind").

A time limit ends the rounds of the bets; each round is a run of every bug on fresh pairs.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import bets, usual_tests
from bench.bets import quantile, tokens_to_rejection
from bench.goodness_of_fit import STATISTICS
from bench.usual_tests import Needed, Tester, blind
from harness.battery import LAW_SETTINGS, Battery, make_battery
from harness.checks.law import BETS
from harness.checks.settings import Setting, draw_prompt
from harness.core.wealth import ALPHA
from tests.harness.bugs import BUGS, Bug, changes_a_law

PAIRS = ("bell", "disjoint", "spike", "warped", "nucleus", "trap", "language")
"""Without `stop`: its texts end at EOS, so that a text has no fixed number of first tokens."""
PAIRS_ALONE = ("bell", "spike", "warped", "language")
PROMPTS = 4
CHECKPOINTS = (500, 1_000, 2_000, 5_000, 12_000)
TESTS = ("chi_square_joint", *STATISTICS, "kolmogorov")

Runs = list[int | None]
"""Tokens to rejection, a run each."""


@dataclass
class Results:
    """Filled bit by bit, so that it is whole, if rough, whenever time runs out."""

    told: dict[str, dict[str, dict[str, Any] | None]] = field(default_factory=dict)
    """The usual tests on one pair, by pair and bug; None where first tokens do not show the bug."""
    blind: dict[str, dict[str, Needed]] = field(default_factory=dict)
    """The usual tests on all pairs, by bug."""
    says_impossible: dict[str, bool] = field(default_factory=dict)
    """Whether the target never says some of the bug's first tokens, on any pair."""
    false_tv_alarms: dict[str, dict[str, float]] = field(default_factory=dict)
    alone: dict[str, dict[str, Runs]] = field(default_factory=dict)
    """The bets on one pair, by pair and bug."""
    battery: dict[str, Runs] = field(default_factory=dict)
    """The bets on the whole battery, by bug."""

    def cells(self) -> Iterator[tuple[str, dict[str, Any], int | None]]:
        """Bug, what the usual tests need on a pair, and the bets' median there."""
        for pair, bugs in self.told.items():
            for bug, needed in bugs.items():
                runs = self.alone.get(pair, {}).get(bug)
                if needed is not None and runs:
                    yield bug, needed, quantile(runs, 0.5)


@dataclass(frozen=True, kw_only=True)
class Comparison:
    pairs: Sequence[str]
    bugs: Sequence[Bug]
    seed: int
    rounds: int
    rounds_alone: int
    """With single pairs too; the rounds after these are of the whole battery only."""
    seconds: float

    def run(self, on_progress: Callable[[Results, str], None]) -> Results:
        ends = time.monotonic() + self.seconds
        batteries = [make_battery(self.seed + n) for n in range(max(PROMPTS, self.rounds))]
        results = Results()
        testers = {name: self._tester(name, batteries) for name in PAIRS}
        for name in self.pairs:
            told = testers[name].told
            results.false_tv_alarms[name] = testers[name].false_tv_alarms()
            bugs = [bug for bug in self.bugs if _applies(bug, name, batteries[0])]
            results.told[name] = {bug.name: told(bug) for bug in bugs}
            on_progress(results, f"the usual tests, told the bug, on {name}: {len(bugs)} bugs")
        for bug in self.bugs:
            results.blind[bug.name] = blind(list(testers.values()), bug, ALPHA)
            results.says_impossible[bug.name] = any(each.says_impossible(bug) for each in testers.values())
        on_progress(results, "the usual tests, blind, on all pairs")
        for n in range(self.rounds):
            for bug in self.bugs:
                if n > 0 and time.monotonic() > ends:
                    on_progress(results, f"time is over in round {n + 1} of {self.rounds}")
                    return results
                _bet(results, bug, batteries[n], self.seed + n, alone=n < self.rounds_alone)
            on_progress(results, f"the bets: round {n + 1} of {self.rounds}")
        return results

    def _tester(self, name: str, batteries: Sequence[Battery]) -> Tester:
        pairs = [battery.pairs[name] for battery in batteries[:PROMPTS]]
        return Tester(pairs, setting_of(name), ALPHA, self.seed)


def _bet(results: Results, bug: Bug, battery: Battery, seed: int, *, alone: bool) -> None:
    whole = tokens_to_rejection(bug, battery.pairs, LAW_SETTINGS, seed)
    results.battery.setdefault(bug.name, []).append(whole)
    for name in [name for name, told in results.told.items() if alone and bug.name in told]:
        one = tokens_to_rejection(bug, {name: battery.pairs[name]}, [setting_of(name)], seed)
        results.alone.setdefault(name, {}).setdefault(bug.name, []).append(one)


def setting_of(pair: str) -> Setting:
    return next(setting for setting in LAW_SETTINGS if setting.pair == pair)


def _applies(bug: Bug, name: str, battery: Battery) -> bool:
    rng, pair, setting = Random(1), battery.pairs[name], setting_of(name)
    prompts = [draw_prompt(pair, rng, 5) for _ in range(40)]
    return changes_a_law(bug, pair, prompts, temperature=setting.temperature, top_p=setting.top_p)


# --- What it comes to.


def summary(results: Results) -> dict[str, Any]:
    cells = list(results.cells())
    ours = {bug: quantile(runs, 0.5) for bug, runs in results.battery.items()}
    found: dict[str, Any] = {
        "bugs": len(results.battery),
        "runs_of_each_bug": min((len(runs) for runs in results.battery.values()), default=0),
        "power_of_the_battery": {str(budget): power_within(results, budget) for budget in CHECKPOINTS},
        "cells": len(cells),
        "told": {test: versus([(needed[test]["50"], own) for _, needed, own in cells]) for test in TESTS},
        "blind": {
            test: versus(
                [(needed[test]["50"], ours[bug]) for bug, needed in results.blind.items() if bug in ours]
            )
            for test in STATISTICS
        },
        "blind_statistics_only": versus(
            [
                (results.blind[bug]["chi_square"]["50"], median)
                for bug, median in ours.items()
                if not results.says_impossible[bug]
            ]
        ),
        "recipe": versus([(_recipe(results, bug), median) for bug, median in ours.items()]),
        "tv_passes": {
            str(samples): float(
                np.mean([needed["tv_passes"][str(samples)] for _, needed, _ in cells] or [0.0])
            )
            for samples in usual_tests.TV_SAMPLES
        },
    }
    return found


def _recipe(results: Results, bug: str) -> int | None:
    """What chi-square of the first tokens together needs on the pair that is most like a language model."""
    needed = results.told.get("language", {}).get(bug)
    median: int | None = needed["chi_square_joint"]["50"] if needed else None
    return median


def power_within(results: Results, budget: int) -> float:
    """Share of all bugs' runs on the battery that were rejected by then."""
    runs = [value is not None and value <= budget for each in results.battery.values() for value in each]
    return float(np.mean(runs)) if runs else 0.0


def versus(both: Sequence[tuple[int | None, int | None]]) -> dict[str, Any]:
    """Counts, and quartiles of theirs over ours.

    A side that never rejects counts as its limit, so a ratio is too small where only ours rejects and too
    large where only theirs does; where neither does there is none.
    """
    known = [
        (theirs or usual_tests.TOKENS_AT_MOST) / (ours or bets.TOKENS_AT_MOST)
        for theirs, ours in both
        if theirs is not None or ours is not None
    ]
    low, middle, high = np.quantile(known, [0.25, 0.5, 0.75]) if known else (0.0, 0.0, 0.0)
    return {
        "only_ours_rejects": sum(theirs is None and ours is not None for theirs, ours in both),
        "only_theirs_rejects": sum(theirs is not None and ours is None for theirs, ours in both),
        "neither_rejects": sum(theirs is None and ours is None for theirs, ours in both),
        "ratio": {"lower_quartile": float(low), "median": float(middle), "upper_quartile": float(high)},
        "at_least_20": float(np.mean([ratio >= 20.0 for ratio in known])) if known else 0.0,
    }


HEAD = (
    "bug",
    "battery",
    "9 of 10",
    "blind chi2",
    "| a pair",
    "chi2 joint",
    "chi2",
    "G",
    "K-S",
    "joint/ours",
    "chi2/ours",
    "TV passes",
)


def row(results: Results, bug: str) -> tuple[str, ...]:
    """Battery's tokens to rejection, then medians over the pairs on which the bug is one."""
    runs = results.battery.get(bug, [])
    cells = [(needed, own) for name, needed, own in results.cells() if name == bug]
    pairs = [quantile([own for _, own in cells], 0.5)] if cells else []
    blindly = [results.blind[bug]["chi_square"]["50"]] if bug in results.blind else []
    theirs = [[quantile([needed[test]["50"] for needed, _ in cells], 0.5)] if cells else [] for test in TESTS]
    ratios = [
        versus([(needed[test]["50"], own) for needed, own in cells])["ratio"]["median"]
        for test in ("chi_square_joint", "chi_square")
    ]
    passes = [needed["tv_passes"]["10000"] for needed, _ in cells]
    return (
        bug,
        _tokens([quantile(runs, 0.5)] if runs else [], bets.TOKENS_AT_MOST),
        _tokens([quantile(runs, 0.9)] if len(runs) >= 10 else [], bets.TOKENS_AT_MOST),
        _tokens(blindly, usual_tests.TOKENS_AT_MOST),
        _tokens(pairs, bets.TOKENS_AT_MOST),
        *(_tokens(each, usual_tests.TOKENS_AT_MOST) for each in theirs),
        *(f"{ratio:.1f}" if cells else "" for ratio in ratios),
        f"{np.mean(passes):.0%}" if passes else "",
    )


def _tokens(value: Sequence[int | None], at_most: int) -> str:
    """Of none or one."""
    return "".join(f">{at_most:,}" if each is None else f"{each:,}" for each in value)


def table(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(each[n]) for each in rows) for n in range(len(rows[0]))]
    lines = [
        [
            cell.ljust(width) if n == 0 else cell.rjust(width)
            for n, (cell, width) in enumerate(zip(each, widths, strict=True))
        ]
        for each in rows
    ]
    return "\n".join("  ".join(line) for line in lines)


def as_json(results: Results, bugs: Sequence[Bug], seed: int) -> dict[str, Any]:
    return {
        "bench": "judge_power",
        "seed": seed,
        "alpha": ALPHA,
        "bets_made": len(BETS),
        "bets_at_most": bets.TOKENS_AT_MOST,
        "tests_at_most": usual_tests.TOKENS_AT_MOST,
        "bugs": {bug.name: bug.says for bug in bugs},
        "summary": summary(results),
        "battery": results.battery,
        "blind": results.blind,
        "says_impossible": results.says_impossible,
        "alone": results.alone,
        "told": results.told,
        "false_tv_alarms": results.false_tv_alarms,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seconds", type=float, default=3600.0, help="no more bets after this and one round")
    parser.add_argument("--rounds", type=int, default=10, help="of the bets; at least one is played")
    parser.add_argument("--rounds-alone", type=int, default=3, help="of these, with single pairs too")
    parser.add_argument("--pairs", nargs="+", choices=PAIRS, default=PAIRS_ALONE, help="looked at alone")
    parser.add_argument("--bugs", nargs="+", default=[], metavar="TEXT", help="only those named like this")
    parser.add_argument("--seed", type=int, default=7_000)
    parser.add_argument("--json", type=Path, default=None, metavar="OUT")
    given = parser.parse_args()
    bugs = [bug for bug in BUGS if not given.bugs or any(text in bug.name for text in given.bugs)]

    def on_progress(results: Results, line: str) -> None:
        print(f"[{time.process_time():6.0f} s of CPU] {line}", file=sys.stderr, flush=True)
        if given.json is not None:
            given.json.parent.mkdir(parents=True, exist_ok=True)
            given.json.write_text(json.dumps(as_json(results, bugs, given.seed), indent=1) + "\n")

    comparison = Comparison(
        pairs=given.pairs,
        bugs=bugs,
        seed=given.seed,
        rounds=given.rounds,
        rounds_alone=given.rounds_alone,
        seconds=given.seconds,
    )
    results = comparison.run(on_progress)
    print(table([HEAD, *(row(results, bug.name) for bug in bugs)]))
    print(json.dumps(summary(results), indent=1))


if __name__ == "__main__":
    main()
