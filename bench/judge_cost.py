"""What a quick judgement costs in CPU, part by part, and the same of another checkout, in turns.

    python bench/judge_cost.py [NAMES...] [--sample N] [--beside CHECKOUT] [--json OUT]

Each specimen of the zoo is judged by one worker of each checkout, one straight after the other, so that
other load on the machine mostly cancels in their ratio. Both workers have judged one specimen before the
first that counts. With ``--beside`` the scorecards are compared too, field by field but for times, and so
is all that the runs left behind.

CPU seconds of all threads and processes. *contestant* is the jails and all that is forked in them; the other
parts are the judge's own.
"""

from __future__ import annotations

import argparse
import functools
import hashlib
import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

sys.path.insert(0, os.environ.get("JUDGE_COST_CHECKOUT", str(Path(__file__).resolve().parent.parent)))

import harness.judge
import harness.play
from harness.battery import Battery
from harness.checks.law import Law
from harness.oracle.session import Session
from harness.record import Room, decode
from harness.runner.contestant import Contestant
from pairs.analytic import AnalyticModel
from tests.zoo import run as zoo_run
from tests.zoo.cli import SEED
from tests.zoo.warm import WarmRuntime
from tests.zoo.zoo import Specimen, specimens

HERE = Path(__file__).resolve()
ROOT = HERE.parent.parent
TICKS = os.sysconf("SC_CLK_TCK")
WARM_UP = "in_steps"
TIMES = {"wall_s", "record_sha256", "versions"}
"""Fields of a scorecard that differ between two judgements of the same thing."""

spent: Counter[str] = Counter()
"""CPU seconds by part, of this process."""
_open = threading.local()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    name: str
    kind: str
    parts: dict[str, float]
    card: dict[str, Any]
    runs: str
    """Hash of every run: its tokens, its calls, how it ended."""

    @property
    def total(self) -> float:
        return sum(self.parts.values())


def charged(part: str, owner: object, name: str) -> None:
    """From now on this function's time, without that of charged ones that it calls, counts as ``part``."""
    inner: Callable[..., Any] = getattr(owner, name)

    @functools.wraps(inner)
    def timed(*arguments: Any, **keywords: Any) -> Any:
        outer = getattr(_open, "within", 0.0)
        began, _open.within = time.thread_time(), 0.0
        try:
            return inner(*arguments, **keywords)
        finally:
            took = time.thread_time() - began
            spent[part] += took - _open.within
            _open.within = outer + took

    setattr(owner, name, timed)


def charge_all(battery: Battery) -> None:
    charged("models' rows", AnalyticModel, "logits")
    charged("trials: session", Session, "receive")
    charged("trials: frames, sockets", Contestant, "play")
    charged("bets", Law, "_fold")
    charged("record", harness.judge, "encode")
    charged("record", Room, "take")
    for kind in {type(check) for check in battery.checks}:
        charged(f"verdict of {kind.__name__.lower()}", kind, "judge")


def serve() -> None:
    """Judge each specimen named on standard input; a line of JSON for each."""
    harness.judge.WALL_S = {"quick": 600.0, "full": 600.0}
    known = {each.name: each for each in specimens()}
    charge_all(zoo_run.battery_of(SEED))
    with WarmRuntime() as runtime:
        for line in sys.stdin:
            print(json.dumps(_cost(known[line.strip()], runtime)), flush=True)


def _cost(specimen: Specimen, runtime: WarmRuntime) -> dict[str, Any]:
    spent.clear()
    records = list[bytes]()
    zoo_run._readable = records.append
    own, jailed = time.process_time(), _of_jails(runtime.zygote)
    card = zoo_run._card(specimen, runtime, SEED, "quick")
    own, jailed = time.process_time() - own, _of_jails(runtime.zygote) - jailed
    parts = dict(spent) | {"contestant": jailed, "all else": own - sum(spent.values())}
    fields = {key: value for key, value in card.model_dump(mode="json").items() if key not in TIMES}
    return {
        "name": specimen.name,
        "kind": specimen.kind,
        "parts": parts,
        "card": fields,
        "runs": _runs(records),
    }


def _runs(records: Sequence[bytes]) -> str:
    runs = [
        replace(run, wall_s=0.0, cpu_s=None, peak_memory_bytes=None)
        for data in records
        for run in decode(data).runs
    ]
    return hashlib.sha256(repr(runs).encode()).hexdigest()


def _of_jails(zygote: int) -> float:
    """CPU of the process that forks them, and of all that were waited for: user, system, children's."""
    fields = Path(f"/proc/{zygote}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / TICKS


class Worker:
    """The judge of one checkout, in a process of its own."""

    def __init__(self, checkout: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, HERE, "--serve"],
            cwd=checkout,
            env=os.environ | {"JUDGE_COST_CHECKOUT": str(checkout), "PYTHONPATH": str(checkout)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def judge(self, name: str) -> Cost:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(name, file=self._process.stdin, flush=True)
        return Cost(**json.loads(self._process.stdout.readline()))

    def close(self) -> None:
        self._process.communicate()


def sampled(count: int) -> list[str]:
    """Of all kinds alike, by a hash of the name; none that waits for a deadline or needs a jail."""
    usable = [each for each in specimens() if not each.hangs and not each.jailed]
    return [
        each.name for each in sorted(usable, key=lambda it: hashlib.sha256(it.name.encode()).digest())[:count]
    ]


def differences(one: Cost, other: Cost) -> Iterator[str]:
    if one.runs != other.runs:
        yield "the runs"
    for field in one.card:
        if field == "verdicts":
            for ours, theirs in zip(one.card[field], other.card[field], strict=True):
                yield from (f"{ours['check']}.{key}" for key in ours if ours[key] != theirs[key])
        elif one.card[field] != other.card[field]:
            yield field


def table(costs: dict[str, list[Cost]]) -> str:
    """Mean seconds of each part; a column for each checkout."""
    names = sorted({part for column in costs.values() for each in column for part in each.parts})
    rows = [f"{'':<28}" + "".join(f"{column:>12}" for column in costs)]
    for part in names:
        mean = (sum(each.parts.get(part, 0.0) for each in column) / len(column) for column in costs.values())
        rows.append(f"{part:<28}" + "".join(f"{value:12.3f}" for value in mean))
    for kind in ("honest", "wrong", "cheat"):
        own = [[each.total for each in column if each.kind == kind] for column in costs.values()]
        if own[0]:
            rows.append(f"{f'{kind}: {len(own[0])}':<28}" + "".join(f"{sum(v) / len(v):12.3f}" for v in own))
    totals = [sum(each.total for each in column) / len(column) for column in costs.values()]
    rows.append(f"{'all of it':<28}" + "".join(f"{total:12.3f}" for total in totals))
    if len(totals) == 2:
        rows.append(f"ratio of the totals: {totals[1] / totals[0]:.2f}")
    return "\n".join(rows)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--sample", type=int, default=40)
    parser.add_argument("--beside", type=Path, default=None, help="another checkout, whose judge takes turns")
    parser.add_argument("--json", type=Path, default=None)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        serve()
        return 0
    checkouts = {"here": ROOT} | ({"beside": arguments.beside.resolve()} if arguments.beside else {})
    workers = {column: Worker(checkout) for column, checkout in checkouts.items()}
    costs: dict[str, list[Cost]] = {column: [] for column in workers}
    for worker in workers.values():
        worker.judge(WARM_UP)
    differ = 0
    for name in arguments.names or sampled(arguments.sample):
        for column, worker in workers.items():
            costs[column].append(worker.judge(name))
        last = [column[-1] for column in costs.values()]
        found = list(differences(*last)) if len(last) == 2 else []
        differ += bool(found)
        seconds = "  ".join(f"{each.total:6.2f}" for each in last)
        print(f"{name:<34} {seconds}{'  DIFFER: ' + ', '.join(found) if found else ''}", file=sys.stderr)
    for worker in workers.values():
        worker.close()
    print(table(costs))
    if arguments.json is not None:
        kept = {
            column: [{"name": each.name, "kind": each.kind, "parts": each.parts} for each in own]
            for column, own in costs.items()
        }
        arguments.json.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
