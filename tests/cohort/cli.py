"""`probe demo-data`: a cohort of synthetic interviews, to see every page full.

Exit codes: 0 made, or there already; 1 could not, and a line says what to do; 64 wrong use.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from isolation.choose import choose
from isolation.contract import RuntimeFault
from sandbox.adapters.judge import ProcessJudge
from sandbox.app import Store, open_store
from sandbox.ports import Judge, JudgeFault
from sandbox.service.hall import now_us
from sandbox.settings import PROJECT, Settings
from sandbox.store.database import StorageFault
from sandbox.store.records import Records
from sandbox.store.seats import SeatOf
from tests.cohort.cohort import has_cohort, make_cohort
from wire.challenge import BadChallenge

MOST = 500


def main(argv: Sequence[str]) -> int:
    """``argv`` without the command's name. Returns the exit code."""
    try:
        arguments = _parser().parse_args(argv)
    except SystemExit as stop:
        return 0 if stop.code == 0 else 64
    settings = Settings(data=arguments.data, base_url=arguments.base_url)
    try:
        store = open_store(settings)
        if has_cohort(store):
            print(f"There are synthetic interviews in {arguments.data} already; nothing was added.")
            print(_host(store))
            return 0
        judge = _judge(settings, arguments)
        say = _on_one_line if sys.stderr.isatty() else _LineByLine()
        count, now = arguments.interviews, now_us()
        made = asyncio.run(make_cohort(store, judge, count=count, now_us=now, say=say))
    except (StorageFault, BadChallenge, RuntimeFault, JudgeFault) as error:
        print(f"probe: {error}", file=sys.stderr)
        return 1
    verdicts = (
        "not judged"
        if judge is None
        else "each file judged once, its verdict shown wherever it was submitted"
    )
    interviews = "1 synthetic interview" if made == 1 else f"{made} synthetic interviews"
    print(f"\nMade {interviews} in {arguments.data}: {verdicts}.")
    print(_host(store))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="probe demo-data",
        description="Make synthetic interviews, marked as such everywhere. What they submit is from the zoo "
        "and is judged by the real judge, each file once. Does nothing where there are some already.",
    )
    parser.add_argument("--interviews", type=_count, default=24, metavar="N", help=f"1 to {MOST}, default 24")
    parser.add_argument("--data", type=Path, default=Path("data"), help="folder of the database")
    parser.add_argument("--base-url", default="http://127.0.0.1:8800", help="address that browsers use")
    parser.add_argument("--no-judge", action="store_true", help="without verdicts: takes seconds")
    parser.add_argument("--runtime", choices=("auto", "docker", "embedded"), default="auto")
    return parser


def _count(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text) <= MOST:
        raise argparse.ArgumentTypeError(f"want a number from 1 to {MOST}")
    return int(text)


def _judge(settings: Settings, arguments: argparse.Namespace) -> Judge | None:
    if arguments.no_judge:
        return None
    return ProcessJudge(
        challenges=settings.challenges,
        runtime=choose(arguments.runtime).name,
        home=PROJECT,
        records=Records(settings.data),
    )


class _LineByLine:
    """A line for each thing that begins; for a file, not for a terminal."""

    def __init__(self) -> None:
        self._last = ""

    def __call__(self, told: str) -> None:
        begun = told.partition(":")[0]
        if begun != self._last:
            print(begun, file=sys.stderr, flush=True)
        self._last = begun


def _on_one_line(told: str) -> None:
    print(f"\r\x1b[K{told}", end="", file=sys.stderr, flush=True)


def _host(store: Store) -> str:
    return f"host  {store.interviews.link(SeatOf(role='host'))}"
