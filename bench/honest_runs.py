"""Right samplers by the thousand through whole judgements: how often does any check blame one?

Each run is a judgement as `harness.judge` makes it: fresh pairs from its own seed, the product's own battery,
schedule and checks. Only the contestant is simulated, in numpy and in this process, since a judgement in
sandboxes takes half a minute. The law's bets promise that a right sampler's evidence ever reaches 1/alpha to
1 with chance at most alpha, so alarms are counted at levels where they are due at all, beside the product's
own verdicts.

    python bench/honest_runs.py --runs 1000 --json bench/results/honest_runs.json

The same runs, one after the other, for the same `--seed`; it may be stopped at any time (`--seconds`), and
tells every 50 how it stands.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np

from harness.battery import Battery, make_battery
from harness.core.check import Budget
from harness.core.trial import Trial, TrialRun
from harness.judge import conclude
from harness.play import play
from harness.schedule import Schedule
from tests.harness.samplers import RIGHT
from tests.harness.simulate import Sampler
from wire.scorecard import Status

COSTS_ONLY = {"economy", "cache", "speed"}
"""Checks that right and slow code may fail."""
LEVELS = (0.5, 0.1, 1e-2, 1e-3, 1e-6)
CONFIDENCE = 0.95
EVERY = 50
EVIDENCE = {
    "law": "evidence against the law",
    "repetition": "evidence of repetition",
    "reset generator": "evidence of a reset generator",
}
"""Figures of the scorecard, log10 of an e-value each."""


@dataclass(frozen=True, kw_only=True)
class Judged:
    kind: str
    tokens: int
    """Sampled tokens that the law was bet on."""
    failed: tuple[str, ...]
    """Checks that right code may not fail, and that failed."""
    evidence: dict[str, float]
    """By `EVIDENCE`, the most that was ever reached."""


@dataclass(kw_only=True)
class Simulated:
    """A player of trials (`harness.play.Player`) without a process."""

    battery: Battery
    kind: type[Sampler]
    randomness: np.random.Generator
    waiting: deque[TrialRun] = field(default_factory=deque)

    @property
    def busy(self) -> int:
        return len(self.waiting)

    def begin(self, trial: Trial) -> None:
        self.waiting.append(self.kind(self.battery.pairs[trial.pair], trial, self.randomness).run())

    def finish(self) -> TrialRun:
        return self.waiting.popleft()


def judged(kind: type[Sampler], seed: int, budget: Budget) -> Judged:
    battery = make_battery(seed)
    schedule = Schedule(battery.checks, budget, seed)
    player = Simulated(battery=battery, kind=kind, randomness=np.random.default_rng(seed))
    play(schedule, player, on_run=lambda run: None, out_of_time=lambda: False)
    verdicts = conclude(battery, schedule)
    figures = {each.name: each.value for verdict in verdicts for each in verdict.measurements}
    failed = (verdict.check for verdict in verdicts if verdict.status is Status.FAIL)
    return Judged(
        kind=kind.__name__,
        tokens=int(figures["sampled tokens"]),
        failed=tuple(check for check in failed if check not in COSTS_ONLY),
        evidence={short: figures[name] for short, name in EVIDENCE.items()},
    )


def judgements(seed: int, budget: Budget) -> Iterator[Judged]:
    """Without end: every right sampler in turn, each on fresh pairs, prompts and random numbers."""
    seeds, kinds = Random(seed), list(RIGHT.values())
    n = 0
    while True:
        yield judged(kinds[n % len(kinds)], seeds.getrandbits(62), budget)
        n += 1


def at_most(alarms: int, runs: int, confidence: float = CONFIDENCE) -> float:
    """Upper confidence bound for the rate behind so many alarms (Clopper and Pearson 1934), by bisection."""
    if alarms >= runs:
        return 1.0
    low, high = alarms / runs, 1.0
    for _ in range(60):
        rate = (low + high) / 2
        no_more = math.fsum(exactly(each, runs, rate) for each in range(alarms + 1))
        low, high = (rate, high) if no_more > 1 - confidence else (low, rate)
    return high


def exactly(alarms: int, runs: int, rate: float) -> float:
    """Binomial probability, by logarithms: the coefficients outgrow a float. ``0 < rate < 1``."""
    ways = math.lgamma(runs + 1) - math.lgamma(alarms + 1) - math.lgamma(runs - alarms + 1)
    return math.exp(ways + alarms * math.log(rate) + (runs - alarms) * math.log1p(-rate))


def table(seen: Sequence[Judged]) -> str:
    """Markdown: alarms at each level, for each kind of evidence, with the bound on the rate behind them."""
    names = list(EVIDENCE)
    lines = [f"| level | due at most | {' | '.join(names)} |", "|" + "---|" * (2 + len(names))]
    for level in LEVELS:
        cells = []
        for name in names:
            alarms = sum(each.evidence[name] >= -math.log10(level) for each in seen)
            cells.append(f"{alarms} (rate at most {at_most(alarms, len(seen)):.2g})")
        lines.append(f"| {level:g} | {level * len(seen):.4g} | {' | '.join(cells)} |")
    blamed = Counter(check for each in seen for check in each.failed)
    most = {name: max(each.evidence[name] for each in seen) for name in names}
    wrongly = at_most(sum(bool(each.failed) for each in seen), len(seen))
    return "\n".join(
        [
            *lines,
            "",
            f"{len(seen)} judgements of {len({each.kind for each in seen})} right samplers, "
            f"{sum(each.tokens for each in seen)} sampled tokens.",
            f"Blamed by a check: {dict(blamed) or 'none'}; the rate of that is at most {wrongly:.2g} "
            f"({CONFIDENCE:.0%} confidence).",
            "Most evidence: " + ", ".join(f"{name} 10^{value:.1f}" for name, value in most.items()) + ".",
        ]
    )


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument(
        "--seconds", type=float, default=math.inf, help="stop after the run in which they end"
    )
    parser.add_argument("--budget", choices=("quick", "full"), default="quick")
    parser.add_argument("--seed", type=int, default=20_262)
    parser.add_argument("--json", type=Path, default=None, metavar="OUT", help="write every run here")
    arguments = parser.parse_args(argv)
    seen: list[Judged] = []
    began, cpu = time.monotonic(), time.process_time()
    for n, each in enumerate(judgements(arguments.seed, arguments.budget), start=1):
        seen.append(each)
        over = n >= arguments.runs or time.monotonic() - began > arguments.seconds
        if over or n % EVERY == 0:
            print(f"{n} runs, {time.process_time() - cpu:.0f} s of CPU", file=sys.stderr, flush=True)
            if arguments.json is not None:
                text = "".join(json.dumps(asdict(run)) + "\n" for run in seen)
                arguments.json.write_text(text, encoding="utf-8")
        if over:
            break
    print(table(seen))
    return 1 if any(each.failed for each in seen) else 0


if __name__ == "__main__":
    sys.exit(main())
