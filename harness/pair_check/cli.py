"""`probe pair check`: is this pair of real models good for an interview?

Reads two folders as save_pretrained writes them (any AutoModelForCausalLM, one tokenizer), measures
acceptance, the cost of calls and the speed-up of a right sampler, and says so. Runs no code of the folders
and fetches nothing.

Exit codes (sysexits.h): 0 good for an interview; 1 not good; 64 wrong use; 65 the folders are no pair;
70 our own failure.
"""

from __future__ import annotations

import argparse
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path

from harness.cli import BAD_INPUT, FAULT, OK, Parser, sorry
from harness.pair_check.findings import judged
from harness.pair_check.table import as_json, table
from pairs.real.errors import PairError

NOT_GOOD = 1
MISSING = "Real pairs need the extra `models`, and {name} is not installed: pip install 'probe[models]'."


def main(argv: Sequence[str]) -> int:
    """``argv`` is ``pair check ...``. Returns the exit code."""
    try:
        arguments = _parser().parse_args(argv)
    except SystemExit as stop:
        return int(stop.code or OK)
    try:
        return _check(arguments)
    except PairError as error:
        return sorry(BAD_INPUT, str(error))
    except ModuleNotFoundError as error:
        return sorry(FAULT, MISSING.format(name=error.name))


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="probe", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    pair = parser.add_subparsers(required=True, metavar="COMMAND").add_parser("pair", help="real pairs")
    command = pair.add_subparsers(required=True, metavar="ACTION").add_parser(
        "check",
        help="measure a pair of real models",
        description=__doc__,
        formatter_class=argparse.RawTextHelpFormatter,
    )
    command.add_argument("target", type=Path, metavar="TARGET_DIR")
    command.add_argument("draft", type=Path, metavar="DRAFT_DIR")
    command.add_argument(
        "--seconds", type=_positive, default=60.0, metavar="S", help="to measure; default 60"
    )
    command.add_argument(
        "--text",
        type=Path,
        metavar="FILE",
        help="text that neither was trained on; default: the target's own",
    )
    command.add_argument("--engine", choices=("auto", "lean", "transformers"), default="auto")
    command.add_argument("--device", default="cpu", help="cpu, or what torch calls a GPU; default cpu")
    command.add_argument("--seed", type=int, help="repeat the same texts; default: fresh ones")
    command.add_argument("--json", type=Path, metavar="OUT", help="write what was measured here")
    return parser


def _positive(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError("want more than 0")
    return seconds


def _check(arguments: argparse.Namespace) -> int:
    from harness.pair_check.measure import measure
    from pairs.real.pair import load_pair

    text = _read(arguments.text) if arguments.text else ""
    pair = load_pair(arguments.target, arguments.draft, arguments.device, arguments.engine)
    seed = secrets.randbits(32) if arguments.seed is None else arguments.seed
    progress = _Progress()
    found = measure(pair, arguments.seconds, progress, device=arguments.device, seed=seed, text=text)
    progress.end()
    verdict = judged(found)
    print(table(found, verdict))
    if arguments.json is not None:
        try:
            arguments.json.write_text(as_json(found, verdict) + "\n", encoding="utf-8")
        except OSError as error:
            return sorry(FAULT, f"{arguments.json} cannot be written: {error.strerror}.")
    return OK if verdict.good else NOT_GOOD


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PairError(f"{path} cannot be read as UTF-8 text: {error}.") from None


class _Progress:
    """On a terminal one line that is written over; elsewhere a line for each phase."""

    def __init__(self) -> None:
        self._phase = ""

    def __call__(self, phase: str, done: int) -> None:
        if sys.stderr.isatty():
            print(f"\r{phase} {done} ", end="", file=sys.stderr, flush=True)
        elif phase != self._phase:
            print(phase, file=sys.stderr, flush=True)
        self._phase = phase

    def end(self) -> None:
        if sys.stderr.isatty():
            print("\r" + " " * 40 + "\r", end="", file=sys.stderr, flush=True)
