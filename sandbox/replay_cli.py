"""`probe replay`: an interview from a shell. `probe verify --log`: whether its log is as it was written."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from sandbox.core import events as ev
from sandbox.core.chain import Link, verify
from sandbox.core.recording import RecordedMoment, Recorder
from sandbox.store import log_file
from sandbox.store.log import EventLog, entry

OpenLog = Callable[[argparse.Namespace], EventLog]


def add_commands(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    shared: argparse.ArgumentParser,
    open_log: OpenLog,
) -> None:
    """``shared``: options that say where the database is; ``open_log`` reads them."""
    replay = commands.add_parser(
        "replay", parents=[shared], help="print, export or import the recording of an interview"
    )
    replay.add_argument("source", metavar="ID|FILE", help="an interview, or a file that --export wrote")
    how = replay.add_mutually_exclusive_group()
    how.add_argument("--text", action="store_true", help="a line for each event (the default)")
    how.add_argument("--json", action="store_true", help="a JSON object for each event")
    how.add_argument("--export", type=Path, metavar="FILE", help="write the whole log to one file")
    how.add_argument("--import", action="store_true", dest="take_in", help="take the file into the database")
    replay.set_defaults(do=lambda arguments: _replay(arguments, open_log))

    check = commands.add_parser("verify", parents=[shared], help="prove the hash chain of an interview's log")
    check.add_argument("--log", required=True, metavar="ID|FILE", dest="source")
    check.set_defaults(do=lambda arguments: _verify(arguments, open_log))


def _links(arguments: argparse.Namespace, open_log: OpenLog) -> Sequence[Link]:
    """Raises LookupError, BadLogFile and StorageFault."""
    if (path := Path(arguments.source)).is_file():
        return log_file.read(path)
    links = open_log(arguments).links(arguments.source)
    if not links:
        raise LookupError(arguments.source)
    return links


def _verify(arguments: argparse.Namespace, open_log: OpenLog) -> int:
    links = _links(arguments, open_log)
    chain = verify(links)
    if chain.broken_at is None:
        print(f"intact: {chain.events} events of interview {links[0].interview}, head {chain.head}")
        return 0
    broken = links[chain.broken_at - 1]
    at = datetime.fromtimestamp(broken.at_us / 1e6, UTC).isoformat(timespec="seconds")
    print(
        f"broken: event {chain.broken_at} of {chain.events} ({broken.kind}, {broken.author}, {at}) does not "
        "follow from the ones before it: it was changed, or one was taken out, put in or moved"
    )
    return 1


def _replay(arguments: argparse.Namespace, open_log: OpenLog) -> int:
    links = _links(arguments, open_log)
    if arguments.export is not None:
        log_file.write(arguments.export, links)
        print(f"{len(links)} events of interview {links[0].interview} are in {arguments.export}")
        return 0
    if arguments.take_in:
        return _take_in(open_log(arguments), links)
    for moment in _moments(entry(link) for link in links):
        print(moment.model_dump_json() if arguments.json else _line(moment))
    return 0


def _take_in(log: EventLog, links: Sequence[Link]) -> int:
    interview, chain = links[0].interview, verify(links)
    if chain.broken_at is not None:
        raise log_file.BadLogFile(
            f"the log was changed at event {chain.broken_at}; `probe verify --log` says more. Not taken in"
        )
    if log.exists(interview):
        raise log_file.BadLogFile(f"interview {interview} is in the database already; nothing was changed")
    log.take_in(links)
    print(f"{len(links)} events are in the database; `probe interview show {interview}` prints its links")
    return 0


def _moments(entries: Iterable[ev.Entry]) -> tuple[RecordedMoment, ...]:
    recorder = Recorder(suggestion=True)  # who can read the database sees all of it
    for one in entries:
        recorder.take(one)
    return recorder.moments


def _line(moment: RecordedMoment) -> str:
    seconds = moment.ms // 1000
    at = f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"{at:>8}  {moment.author:<11}  {moment.text}"
