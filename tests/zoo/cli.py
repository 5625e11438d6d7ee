"""`probe zoo`: judge known submissions, and print for each the verdict it must get and the one it got.

Exit codes: 0 every specimen is as its header says; 1 one is not; 64 wrong use; 70 the judge failed.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from concurrent.futures import as_completed
from dataclasses import asdict
from pathlib import Path

from harness.core.check import Budget
from isolation.contract import RuntimeFault
from tests.zoo.keepers import Keepers
from tests.zoo.run import Outcome
from tests.zoo.tables import confusion, row, summary
from tests.zoo.zoo import KINDS, Specimen, specimens

OK, NOT_AS_SAID, USAGE, FAULT = 0, 1, 64, 70
SEED = 20_260


def main(argv: Sequence[str]) -> int:
    """``argv`` without the command's name. Returns the exit code."""
    parser = _parser()
    arguments = parser.parse_args(argv)
    chosen = specimens(arguments.kind)
    if unknown := set(arguments.names) - {each.name for each in chosen}:
        print(f"There is no specimen called {', '.join(sorted(unknown))}.", file=sys.stderr)
        return USAGE
    if arguments.names:
        chosen = [each for each in chosen if each.name in arguments.names]
    try:
        outcomes = _judged(chosen, arguments)
    except RuntimeFault as fault:
        print(f"No verdicts, through no fault of a specimen. {fault}", file=sys.stderr)
        return FAULT
    for outcome in outcomes:
        print(row(outcome))
    print(summary(outcomes))
    if arguments.confusion:
        print(confusion(outcomes))
    if arguments.json is not None:
        text = json.dumps([asdict(each) | {"right": each.right} for each in outcomes], indent=2)
        arguments.json.write_text(text + "\n", encoding="utf-8")
    return OK if all(each.right for each in outcomes) else NOT_AS_SAID


def _judged(chosen: Sequence[Specimen], arguments: argparse.Namespace) -> list[Outcome]:
    """In the order of ``chosen``; a line on standard error says how far it is."""
    with Keepers(arguments.jobs, arguments.runtime) as keepers:
        futures = [
            keepers.judge(each, seed=arguments.seed, budget=arguments.budget or each.budget)
            for each in chosen
        ]
        for done, future in enumerate(as_completed(futures), start=1):
            outcome = future.result()
            mark = "" if outcome.right else "  NOT AS ITS HEADER SAYS"
            print(f"{done}/{len(futures)} {outcome.name}{mark}", file=sys.stderr, flush=True)
        return [future.result() for future in futures]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="probe zoo", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    budgets: tuple[Budget, ...] = ("quick", "full")
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these; default: all")
    parser.add_argument("--kind", choices=KINDS, default=None)
    parser.add_argument("--budget", choices=budgets, default=None, help="default: as each header says")
    parser.add_argument(
        "--runtime",
        choices=("warm", "none", "embedded", "docker"),
        default="warm",
        help="what holds the specimens; warm isolates nothing and starts them at once.\n"
        "A specimen whose header says that it needs a jail gets one in any case.",
    )
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="how many at a time")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--json", type=Path, default=None, metavar="OUT", help="write every outcome here")
    parser.add_argument("--confusion", action="store_true", help="bugs in the headers against names given")
    return parser
