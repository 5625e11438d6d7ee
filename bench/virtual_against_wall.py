"""How well virtual time predicts wall time: by calls and their costs against the judge's clock.

    python bench/virtual_against_wall.py [--pair TARGET DRAFT]... [--turns N] [--json OUT]

Plain decoding and the textbook sampler take turns on the same prompts, through the judge's own door, at each
block length from 1 to 8. Costs are calibrated beside each run: of every block length, the first half of the
turns gives a table of cost(model, positions fed) and a slope per cached position, with what a call and a
token cost outside the models; the second half is predicted from its calls alone.

    models      the sum of the calls' calibrated costs: virtual time with this machine's prices
    all         the same, with a constant for each call (the wire) and each token (the sampler's own code)
    price list  the judge's own, which imitates a memory-bound GPU

Without --pair, our own pair is taken. Two pairs of random weights come with it, whose drafts are half and a
sixteenth as deep as their targets; random weights will do for time, and their texts mean nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.call_costs import Costs, Pass, Role, Timed, calibrated
from harness.core.trial import Ended, Trial, TrialRun
from harness.oracle.session import limits_for
from harness.runner.contestant import Contestant, Deadlines
from harness.wall.prompts import snippets
from harness.wall.real import LONGEST_PROMPT, SHIPPED, shipped
from harness.wall.statistics import estimate
from isolation.bare import BareRuntime
from pairs.context import Context, Model, Rows
from pairs.prices import MEMORY_BOUND, total_price
from pairs.real.pair import load_pair
from pairs.wrapped import Wrapped, WrappedPair

REFERENCE = Path(__file__).resolve().parent.parent / "harness" / "reference"
GAMMAS = tuple(range(1, 9))


@dataclass(frozen=True, slots=True)
class WatchedPair(WrappedPair):
    """Each pass of its models is written down."""

    passes: list[Pass]


@dataclass(slots=True)
class Turns:
    plain: list[Timed] = field(default_factory=list[Timed])
    fast: list[Timed] = field(default_factory=list[Timed])

    def halves(self) -> tuple[Turns, Turns]:
        middle = len(self.plain) // 2
        return (
            Turns(self.plain[:middle], self.fast[:middle]),
            Turns(self.plain[middle:], self.fast[middle:]),
        )


def played(
    pair: WatchedPair, prompts: Sequence[tuple[int, ...]], turns: int, tokens: int
) -> dict[int, Turns]:
    """Turns by block length; block lengths take turns too, so that load which drifts meets all of them."""
    found = {gamma: Turns() for gamma in GAMMAS}
    rng = Random(1)
    sides = {name: {"specdec.py": (REFERENCE / name).read_text()} for name in ("plain.py", "speculative.py")}
    limits = limits_for(_trial(pair, max(prompts, key=len), max(GAMMAS), tokens, 0))
    patience: dict[str, Any] = {"limits": limits, "deadlines": Deadlines(trial_s=300.0)}
    with (
        Contestant(sides["plain.py"], {pair.name: pair}, BareRuntime(), **patience) as plain,
        Contestant(sides["speculative.py"], {pair.name: pair}, BareRuntime(), **patience) as fast,
    ):
        for number in range(-1, turns):
            for gamma in GAMMAS if number >= 0 else (4,):
                trial = _trial(pair, rng.choice(prompts), gamma, tokens, rng.getrandbits(62))
                both = [_timed(pair, side, trial) for side in (plain, fast)]
                if number >= 0:  # the first time is another one
                    found[gamma].plain.append(both[0])
                    found[gamma].fast.append(both[1])
    return found


def _trial(pair: WatchedPair, prompt: tuple[int, ...], gamma: int, tokens: int, seed: int) -> Trial:
    return Trial(
        purpose="speed", pair=pair.name, prompt=prompt, max_new_tokens=tokens,
        num_speculative_tokens=gamma, temperature=1.0, seed=seed,
    )  # fmt: skip


def _timed(pair: WatchedPair, side: Contestant, trial: Trial) -> Timed:
    pair.passes.clear()
    run: TrialRun = side.play(trial)
    if run.ended is not Ended.RETURNED:
        raise SystemExit(f"a submission of ours failed: {run.note}")
    return Timed(run.wall_s, len(run.tokens), tuple(pair.passes), total_price(run.calls, MEMORY_BOUND))


def looked_at(pair: WatchedPair, turns: dict[int, Turns]) -> dict[str, Any]:
    """What the second half of each block length's turns says of the first half's prices."""
    rows, actual, predicted = [], list[float](), {"models": list[float](), "all": list[float]()}
    for gamma, each in turns.items():
        before, after = each.halves()
        costs = calibrated([*before.plain, *before.fast])
        for run in (*after.plain, *after.fast):
            actual.append(run.wall_s)
            predicted["models"].append(costs.inside(run))
            predicted["all"].append(costs.all(run))
        rows.append(_row(gamma, each, after, costs))
    return {
        "name": pair.name,
        "vocab_size": pair.vocab_size,
        "by_gamma": rows,
        "generations": {
            name: {"bias": sum(found) / sum(actual) - 1.0, "r_squared": _r_squared(actual, found)}
            for name, found in predicted.items()
        },
        "speedups": {
            name: _agreement([row["wall"]["value"] for row in rows], [row[name] for row in rows])
            for name in ("models", "all", "price list")
        },
    }


def _row(gamma: int, each: Turns, after: Turns, costs: Costs) -> dict[str, Any]:
    ratios = [slow.per_token / fast.per_token for slow, fast in zip(each.plain, each.fast, strict=True)]
    found = estimate(ratios)
    assert found is not None
    single = costs.table["target", 1]
    return {
        "gamma": gamma,
        "turns": len(ratios),
        "wall": {"value": found.value, "low": found.low, "high": found.high},
        "models": _speedup(after, costs.inside),
        "all": _speedup(after, costs.all),
        "price list": _speedup(each, lambda run: float(run.virtual)),
        "tokens a target call": _tokens_a_call(each.fast),
        "cost of a verifying call": costs.table.get(("target", gamma + 1), single) / single,
        "cost of a draft call": costs.table["draft", 1] / single,
        "single target call, ms": 1e3 * single,
    }


def _speedup(turns: Turns, cost: Any) -> float:
    slow = sum(cost(run) / run.tokens for run in turns.plain)
    return float(slow / sum(cost(run) / run.tokens for run in turns.fast))


def _tokens_a_call(runs: Sequence[Timed]) -> float:
    calls = sum(each.role == "target" for run in runs for each in run.passes)
    return sum(run.tokens for run in runs) / calls


def _r_squared(actual: Sequence[float], found: Sequence[float]) -> float:
    true, guess = np.array(actual), np.array(found)
    return float(1.0 - ((true - guess) ** 2).sum() / ((true - true.mean()) ** 2).sum())


def together(found: Sequence[dict[str, Any]]) -> dict[str, dict[str, float]]:
    """How the speed-ups agree over all pairs and block lengths."""
    rows = [row for pair in found for row in pair["by_gamma"]]
    wall = [row["wall"]["value"] for row in rows]
    return {name: _agreement(wall, [row[name] for row in rows]) for name in ("models", "all", "price list")}


def _agreement(wall: Sequence[float], virtual: Sequence[float]) -> dict[str, float]:
    ratios = [v / w - 1.0 for v, w in zip(virtual, wall, strict=True)]
    return {
        "bias": statistics.fmean(ratios),
        "least": min(ratios),
        "most": max(ratios),
        "r_squared": _r_squared(wall, virtual),
    }


def from_folders(target: Path, draft: Path) -> tuple[WatchedPair, list[tuple[int, ...]]]:
    pair = load_pair(target, draft)
    prompts = [tuple(pair.tokenizer.encode(text)[:LONGEST_PROMPT]) for text in snippets()]
    folder = target.resolve().parent.name
    name = "our own pair" if folder == SHIPPED.name else f"{folder}/{pair.name}"
    return watched(name, pair.target, pair.draft), prompts


def watched(name: str, target: Model, draft: Model) -> WatchedPair:
    passes: list[Pass] = []

    def noted(role: Role, model: Model) -> Model:
        def extend(context: Context, tokens: Sequence[int]) -> Rows:
            cached, began = context.length, time.perf_counter()
            rows = context.extend(tokens)
            passes.append(Pass(role, len(tokens), cached, time.perf_counter() - began))
            return rows

        return Wrapped(model, extend)

    return WatchedPair(name, target.vocab_size, None, noted("target", target), noted("draft", draft), passes)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--pair", nargs=2, type=Path, action="append", metavar=("TARGET", "DRAFT"))
    parser.add_argument("--turns", type=int, default=24, help="for each block length; 12 at least")
    parser.add_argument("--tokens", type=int, default=64, help="new ones, for each prompt")
    parser.add_argument("--no-random", action="store_true", help="leave the pairs of random weights out")
    parser.add_argument("--json", type=Path, default=None)
    arguments = parser.parse_args()
    folders = arguments.pair or [shipped()]
    if None in folders:
        parser.error("our own pair is not here; name one with --pair")
    pairs = [from_folders(*each) for each in folders]
    if not arguments.no_random:
        from bench.random_pair import random_pair

        prompts = [tuple(Random(n).choices(range(512), k=32)) for n in range(24)]
        pairs += [(watched(*random_pair(*depths)), prompts) for depths in ((4, 2), (16, 1))]
    found = []
    for pair, prompts in pairs:
        turns = played(pair, prompts, arguments.turns, arguments.tokens)
        found.append(looked_at(pair, turns) | {"load": os.getloadavg()[1]})
        print(_table(found[-1]), flush=True)
    if arguments.json is not None:
        result = {
            "bench": "virtual_against_wall",
            "tokens": arguments.tokens,
            "together": together(found),
            "pairs": found,
        }
        arguments.json.write_text(json.dumps(result, indent=1) + "\n")


def _table(found: dict[str, Any]) -> str:
    lines = [
        f"{found['name']} (V = {found['vocab_size']}), load {found['load']:.1f} on {os.cpu_count()} cores"
    ]
    lines.append("gamma  wall (95 %)            models    all  price list  tokens/call  verify  draft")
    for row in found["by_gamma"]:
        wall = row["wall"]
        lines.append(
            f"{row['gamma']:>5}  {wall['value']:.2f} ({wall['low']:.2f} to {wall['high']:.2f})"
            f"    {row['models']:>7.2f} {row['all']:>6.2f} {row['price list']:>11.2f}"
            f" {row['tokens a target call']:>12.2f} {row['cost of a verifying call']:>7.2f}"
            f" {row['cost of a draft call']:>6.2f}"
        )
    for name, each in found["generations"].items():
        lines.append(f"  a generation's time, {name}: bias {each['bias']:+.1%}, R2 {each['r_squared']:.2f}")
    for name, each in found["speedups"].items():
        lines.append(
            f"  the speed-up, {name}: bias {each['bias']:+.1%} ({each['least']:+.1%} to {each['most']:+.1%}),"
            f" R2 {each['r_squared']:.2f}"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
