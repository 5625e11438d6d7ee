"""`probe judge`: a submission in, a scorecard out. `probe verify`: the scorecard worked out again."""

from __future__ import annotations

import argparse
import secrets
import signal
import sys
import tempfile
import traceback
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import NoReturn

from pydantic import ValidationError

from harness import record, submission
from harness.judge import judge
from harness.record import BadRecord
from harness.runner.snapshot import BadSnapshot
from harness.settings import thresholds
from harness.table import table
from harness.verify import same_files, verify
from harness.wall.play import RealPair
from harness.wall.real import load, shipped
from isolation.choose import choose, through_broker
from isolation.contract import Runtime, RuntimeFault
from pairs.real.errors import PairError
from wire.challenge import BadChallenge, load_challenge
from wire.scorecard import Progress, Scorecard

OK, DIFFERS, USAGE, BAD_INPUT, FAULT = 0, 1, 64, 65, 70
MAX_SCORECARD = 8 << 20
JUDGE = """A submission in, a scorecard out.

Exit codes (sysexits.h): 0 a scorecard was made, whatever it says; 64 wrong use; 65 the submission cannot be
read; 70 the judge failed, and nothing is said about the submission.
"""
VERIFY = """Work a scorecard out again from its judgement's record. No submission is run; no torch is needed.

A line for each thing that was looked at; one that does not fit says which field differs first, and how.
Exit codes: 0 the scorecard recomputes; 1 it does not; 64 wrong use; 65 a file cannot be read; 70 our fault.
"""
DEFAULT_CHALLENGE = Path(__file__).resolve().parent.parent / "challenges" / "speculative-decoding"
SEED_BITS = 63


class Parser(argparse.ArgumentParser):
    """Leaves with `USAGE` where argparse would take 2."""

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
        result: int = arguments.act(arguments)
        return result
    except (BadSnapshot, BadRecord, _BadScorecard) as error:
        return sorry(BAD_INPUT, str(error))
    except (RuntimeFault, BadChallenge, PairError) as error:
        return sorry(FAULT, f"{arguments.fault} {error}")
    except Exception:
        # Python's own code for a crash is 1, which says of a scorecard that it does not recompute.
        traceback.print_exc()
        return sorry(FAULT, f"{arguments.fault} What is above is a bug of ours.")


class _BadScorecard(Exception):
    """The file holds no scorecard; the text says why."""


def _leave(number: int, frame: object) -> NoReturn:
    """Unwind, so that contestants are ended too: an engine would keep them running without us."""
    sys.exit(128 + number)


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="probe", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_judge(commands)
    _add_verify(commands)
    return parser


def _add_judge(commands: argparse._SubParsersAction[Parser]) -> None:
    command = commands.add_parser(
        "judge", help="judge a submission", description=JUDGE, formatter_class=argparse.RawTextHelpFormatter
    )
    command.set_defaults(act=_judge, fault="No scorecard, through no fault of the submission.")
    command.add_argument("path", type=Path, metavar="PATH", help="a file with `generate`, or a folder")
    command.add_argument("--json", type=Path, metavar="OUT", help="write the scorecard here")
    command.add_argument("--record", type=Path, metavar="OUT", help="write what `probe verify` needs here")
    command.add_argument("--budget", choices=("quick", "full"), default="full")
    command.add_argument("--seed", type=_seed, default=None, help="repeat a judgement; default: a fresh one")
    command.add_argument(
        "--runtime",
        choices=("auto", "docker", "embedded", "broker", "none"),
        default="auto",
        help="what holds the submission; none isolates nothing: for your own code only",
    )
    command.add_argument("--broker", type=Path, metavar="PATH", help="socket of `probe broker`")
    command.add_argument(
        "--wall",
        nargs="?",
        choices=("auto", "always", "never"),
        const="always",
        default="auto",
        help="time it on a real pair too; auto: in a full judgement, where there is our own pair",
    )
    command.add_argument(
        "--pair",
        nargs=2,
        type=Path,
        metavar=("TARGET", "DRAFT"),
        help="time it on another real pair, of these folders",
    )
    command.add_argument("--device", default="cpu", help="of the real pair, as torch names it; default: cpu")
    command.add_argument("--progress", action="store_true", help="JSON lines on standard output, no table")
    command.add_argument("--challenge", type=Path, metavar="FOLDER", default=DEFAULT_CHALLENGE)


def _add_verify(commands: argparse._SubParsersAction[Parser]) -> None:
    command = commands.add_parser(
        "verify",
        help="work a scorecard out again",
        description=VERIFY,
        formatter_class=argparse.RawTextHelpFormatter,
    )
    command.set_defaults(act=_verify, fault="Nothing was verified.")
    command.add_argument("scorecard", type=Path, metavar="SCORECARD", help="as `probe judge --json` wrote it")
    command.add_argument("record", type=Path, metavar="RECORD", help="as `probe judge --record` wrote it")
    command.add_argument("--submission", type=Path, metavar="PATH", help="see whether this was judged")
    command.add_argument("--challenge", type=Path, metavar="FOLDER", default=DEFAULT_CHALLENGE)


def _seed(text: str) -> int:
    seed = int(text)
    if not 0 <= seed < 1 << SEED_BITS:
        raise argparse.ArgumentTypeError(f"want 0 to 2^{SEED_BITS} - 1")
    return seed


def _judge(arguments: argparse.Namespace) -> int:
    files = submission.read(arguments.path, load_challenge(arguments.challenge).entry)
    seed = secrets.randbits(SEED_BITS) if arguments.seed is None else arguments.seed
    records: list[bytes] = []
    scorecard = judge(
        files,
        challenge_folder=arguments.challenge,
        seed=seed,
        budget=arguments.budget,
        runtime=_runtime(arguments.runtime, arguments.broker),
        on_progress=_print_progress if arguments.progress else _ignore_progress,
        on_record=records.append,
        real=_real_pair(arguments),
    )
    try:
        if arguments.record is not None:
            record.write(arguments.record, records[0])
        if arguments.json is not None:
            arguments.json.write_text(scorecard.model_dump_json(indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        return sorry(FAULT, f"{error.filename} cannot be written: {error.strerror}.")
    if not arguments.progress:
        print(table(scorecard))
    return OK


def _real_pair(arguments: argparse.Namespace) -> RealPair | None:
    """Raises PairError."""
    if arguments.wall == "never":
        return None
    if arguments.pair is not None:
        return load(*arguments.pair, device=arguments.device)
    ours = shipped()
    if arguments.wall == "auto" and (ours is None or arguments.budget == "quick"):
        return None
    if ours is None:
        raise PairError("Our own pair's weights are not here. Name another pair: --pair TARGET DRAFT.")
    return load(*ours, device=arguments.device)


def _verify(arguments: argparse.Namespace) -> int:
    scorecard = _read_scorecard(arguments.scorecard)
    data = record.read(arguments.record)
    challenge = load_challenge(arguments.challenge)
    known = (challenge.slug, challenge.version) == (scorecard.challenge, scorecard.challenge_version)
    limits = thresholds(arguments.challenge) if known else None
    findings = verify(scorecard, data, thresholds=limits)
    if arguments.submission is not None:
        files = submission.read(arguments.submission, challenge.entry)
        findings = chain((same_files(scorecard, files),), findings)
    fits = True
    for finding in findings:
        mark = "ok" if finding.fits else "DIFFERS"
        print(f"{mark:<8} {finding.about:<21} {finding.problem or finding.detail}", flush=True)
        fits = fits and finding.fits
    print("The scorecard recomputes." if fits else "The scorecard does not recompute.")
    return OK if fits else DIFFERS


def _read_scorecard(path: Path) -> Scorecard:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_SCORECARD + 1)
    except OSError as error:
        raise _BadScorecard(f"{path} cannot be read: {error.strerror}.") from None
    if len(data) > MAX_SCORECARD:
        raise _BadScorecard(f"{path} is larger than {MAX_SCORECARD} bytes.")
    try:
        return Scorecard.model_validate_json(data)
    except ValidationError as error:
        raise _BadScorecard(f"{path} is no scorecard: {error.error_count()} fields do not fit.") from None


def _runtime(name: str, broker: Path | None) -> Runtime:
    """Raises RuntimeFault."""
    if name != "broker":
        return choose(name)  # type: ignore[arg-type]
    if broker is None:
        raise RuntimeFault("The runtime is `broker`, and --broker does not say where it listens.")
    runtime = through_broker(broker)
    tempfile.tempdir = str(runtime.root)  # it shows a contestant only folders that lie there
    return runtime


def _print_progress(progress: Progress) -> None:
    print(progress.model_dump_json(), flush=True)


def _ignore_progress(progress: Progress) -> None:
    pass


def sorry(code: int, message: str) -> int:
    """Say why on standard error; the exit code comes back."""
    print(message, file=sys.stderr)
    return code
