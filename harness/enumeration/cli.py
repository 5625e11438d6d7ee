"""`probe enumerate`: the exact law of what a submission returns on a tiny pair, without statistics.

It branches over every random decision that the code takes and holds the law that comes out against the
target's. It proves and it localises, for people. It never decides a score: the law is reported by the process
that runs the submission's own code.

Exit codes (sysexits.h): 0 there is a law, right or wrong; 64 wrong use; 65 the submission cannot be read or
enumerated; 70 our own failure.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from harness import submission
from harness.cli import BAD_INPUT, DEFAULT_CHALLENGE, FAULT, OK, USAGE, Parser, sorry
from harness.enumeration.codec import CutOff, Law, Refused
from harness.enumeration.law import compare, target_law
from harness.enumeration.runner import enumerate_law
from harness.enumeration.table import as_json, table
from harness.enumeration.task import BadTask, Task
from harness.enumeration.tiny import tiny_pair
from harness.runner import snapshot
from harness.runner.snapshot import BadSnapshot
from isolation.choose import choose
from isolation.contract import RuntimeFault
from wire.challenge import BadChallenge, load_challenge


def main(argv: Sequence[str]) -> int:
    """``argv[0]`` is the command. Returns the exit code."""
    try:
        arguments = _parser().parse_args(argv)
        return _enumerate(arguments)
    except SystemExit as stop:
        return int(stop.code or OK)
    except BadTask as error:
        return sorry(USAGE, str(error))
    except BadSnapshot as error:
        return sorry(BAD_INPUT, str(error))
    except (RuntimeFault, BadChallenge) as error:
        return sorry(FAULT, f"No law, through no fault of the submission. {error}")


def _parser() -> argparse.ArgumentParser:
    usual = Task()
    parser = Parser(prog="probe", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    command = parser.add_subparsers(required=True, metavar="COMMAND").add_parser(
        "enumerate",
        help="the exact law of a submission on a tiny pair",
        description=__doc__,
        formatter_class=argparse.RawTextHelpFormatter,
    )
    command.add_argument("path", type=Path, metavar="PATH", help="a file with `generate`, or a folder")
    command.add_argument("--pair-seed", type=int, metavar="N", default=usual.pair_seed)
    command.add_argument("--vocab", type=int, metavar="V", default=usual.vocab_size, help="ids; default 3")
    command.add_argument(
        "--gamma", type=int, metavar="G", default=usual.num_speculative_tokens, help="draft tokens; default 2"
    )
    command.add_argument("--new", type=int, metavar="T", help="new tokens; default: gamma + 2")
    command.add_argument("--temperature", type=float, metavar="X", default=usual.temperature)
    command.add_argument("--top-p", type=float, metavar="Y", default=usual.top_p)
    command.add_argument("--leaves", type=int, metavar="N", default=usual.most_leaves, help="give up beyond")
    command.add_argument(
        "--seconds", type=float, metavar="S", default=300.0, help="give up after; default 300"
    )
    command.add_argument("--json", type=Path, metavar="OUT", help="write the law and the comparison here")
    command.add_argument("--runtime", choices=("auto", "docker", "embedded", "none"), default="auto")
    command.add_argument("--challenge", type=Path, metavar="FOLDER", default=DEFAULT_CHALLENGE)
    return parser


def _enumerate(arguments: argparse.Namespace) -> int:
    task = _task(arguments)
    entry = load_challenge(arguments.challenge).entry
    files = submission.read(arguments.path, entry)
    snapshot.check(files, entry)
    match enumerate_law(files, task, choose(arguments.runtime), entry=entry, limit_s=arguments.seconds):
        case Refused(why):
            return sorry(BAD_INPUT, why)
        case CutOff(leaves, explored):
            return sorry(
                BAD_INPUT,
                f"More than {leaves} leaves; these hold {100 * explored:.3g} % of the mass. Ask for fewer "
                "new tokens (--new), a shorter block (--gamma), or allow more (--leaves).",
            )
        case Law() as law:
            return _show(task, law, arguments.json)


def _task(arguments: argparse.Namespace) -> Task:
    task = Task(
        pair_seed=arguments.pair_seed,
        vocab_size=arguments.vocab,
        num_speculative_tokens=arguments.gamma,
        max_new_tokens=arguments.gamma + 2 if arguments.new is None else arguments.new,
        temperature=arguments.temperature,
        top_p=arguments.top_p,
        most_leaves=arguments.leaves,
    )
    task.check()
    return task


def _show(task: Task, law: Law, out: Path | None) -> int:
    comparison = compare(law, target_law(tiny_pair(task), task), task.max_new_tokens)
    print(table(task, law, comparison))
    if out is not None:
        try:
            out.write_text(as_json(task, law, comparison) + "\n", encoding="utf-8")
        except OSError as error:
            return sorry(FAULT, f"The law cannot be written to {out}: {error.strerror}.")
    return OK
