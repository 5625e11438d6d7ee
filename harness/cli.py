"""`probe judge`: a submission in, a scorecard out.

Exit codes (sysexits.h): 0 a scorecard was made, whatever it says; 64 wrong use; 65 the submission cannot be
read; 70 the judge failed, and nothing is said about the submission.
"""

from __future__ import annotations

import argparse
import secrets
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from harness import submission
from harness.judge import judge
from harness.runner.snapshot import BadSnapshot
from harness.table import table
from isolation.choose import choose
from isolation.contract import RuntimeFault
from wire.challenge import BadChallenge, load_challenge
from wire.scorecard import Progress

OK, USAGE, BAD_INPUT, FAULT = 0, 64, 65, 70
DEFAULT_CHALLENGE = Path(__file__).resolve().parent.parent / "challenges" / "speculative-decoding"
SEED_BITS = 63


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(USAGE, f"{self.prog}: {message}\n")


def main(argv: Sequence[str]) -> int:
    """``argv[0]`` is the command. Returns the exit code."""
    try:
        arguments = _parser().parse_args(argv)
    except SystemExit as stop:
        return int(stop.code or OK)
    signal.signal(signal.SIGTERM, _leave)
    try:
        return _judge(arguments)
    except BadSnapshot as error:
        return _sorry(BAD_INPUT, str(error))
    except (RuntimeFault, BadChallenge) as error:
        return _sorry(FAULT, f"No scorecard, through no fault of the submission. {error}")


def _leave(number: int, frame: object) -> NoReturn:
    """Unwind, so that contestants are ended too: an engine would keep them running without us."""
    sys.exit(128 + number)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="probe", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    command = parser.add_subparsers(required=True, metavar="COMMAND").add_parser(
        "judge", help="judge a submission", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    command.add_argument("path", type=Path, metavar="PATH", help="a file with `generate`, or a folder")
    command.add_argument("--json", type=Path, metavar="OUT", help="write the scorecard here")
    command.add_argument("--budget", choices=("quick", "full"), default="full")
    command.add_argument("--seed", type=_seed, default=None, help="repeat a judgement; default: a fresh one")
    command.add_argument(
        "--runtime",
        choices=("auto", "docker", "embedded", "none"),
        default="auto",
        help="what holds the submission; none isolates nothing: for your own code only",
    )
    command.add_argument("--progress", action="store_true", help="JSON lines on standard output, no table")
    command.add_argument("--challenge", type=Path, metavar="FOLDER", default=DEFAULT_CHALLENGE)
    return parser


def _seed(text: str) -> int:
    seed = int(text)
    if not 0 <= seed < 1 << SEED_BITS:
        raise argparse.ArgumentTypeError(f"want 0 to 2^{SEED_BITS} - 1")
    return seed


def _judge(arguments: argparse.Namespace) -> int:
    files = submission.read(arguments.path, load_challenge(arguments.challenge).entry)
    seed = secrets.randbits(SEED_BITS) if arguments.seed is None else arguments.seed
    scorecard = judge(
        files,
        challenge_folder=arguments.challenge,
        seed=seed,
        budget=arguments.budget,
        runtime=choose(arguments.runtime),
        on_progress=_print_progress if arguments.progress else _ignore_progress,
    )
    if arguments.json is not None:
        try:
            arguments.json.write_text(scorecard.model_dump_json(indent=2) + "\n", encoding="utf-8")
        except OSError as error:
            return _sorry(FAULT, f"The scorecard cannot be written to {arguments.json}: {error.strerror}.")
    if not arguments.progress:
        print(table(scorecard))
    return OK


def _print_progress(progress: Progress) -> None:
    print(progress.model_dump_json(), flush=True)


def _ignore_progress(progress: Progress) -> None:
    pass


def _sorry(code: int, message: str) -> int:
    print(message, file=sys.stderr)
    return code
