"""Judge the zoo and print a row for each specimen: the verdict it must get, and the one it got.

    python -m tests.zoo [NAME ...] [--kind honest|wrong|cheat] [--budget quick|full] [--json OUT]

Exit code 1 when a specimen got another verdict than its header names.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from isolation.choose import choose
from tests.zoo.run import Outcome, judged
from tests.zoo.zoo import KINDS, specimens


def main(argv: Sequence[str]) -> int:
    arguments = _parser().parse_args(argv)
    runtime = choose(arguments.runtime)
    outcomes: list[Outcome] = []
    for specimen in specimens(arguments.kind):
        if arguments.names and specimen.name not in arguments.names:
            continue
        outcome = judged(specimen, runtime, seed=arguments.seed, budget=arguments.budget or specimen.budget)
        outcomes.append(outcome)
        print(_row(outcome), flush=True)
    if arguments.json is not None:
        arguments.json.write_text(json.dumps([asdict(each) for each in outcomes], indent=2) + "\n")
    right = sum(each.right for each in outcomes)
    print(f"{right} of {len(outcomes)} as their headers say")
    return 0 if right == len(outcomes) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.zoo", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these")
    parser.add_argument("--kind", choices=KINDS, default=None)
    parser.add_argument(
        "--budget", choices=("quick", "full"), default=None, help="default: as the header says"
    )
    parser.add_argument("--runtime", choices=("docker", "embedded", "none"), default="none")
    parser.add_argument("--seed", type=int, default=20_260)
    parser.add_argument("--json", type=Path, default=None, metavar="OUT")
    return parser


def _row(outcome: Outcome) -> str:
    mark = "ok   " if outcome.right else "WRONG"
    tokens = "-" if outcome.tokens_until_caught is None else str(outcome.tokens_until_caught)
    got = ", ".join(outcome.failed) or "none"
    named = "" if outcome.named is None else f"  named {outcome.named}"
    if outcome.diagnosis not in (None, outcome.named):
        named += f" (want {outcome.diagnosis})"
    return (
        f"{mark} {outcome.kind:<6} {outcome.name:<30} want {outcome.caught_by or 'none':<12} got {got:<34} "
        f"tokens {tokens:>6}  band {outcome.band}  {outcome.wall_s:5.1f} s{named}"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
