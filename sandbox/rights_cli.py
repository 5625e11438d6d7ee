"""`probe interview delete`, `probe retention` and `probe audit`: what is kept, what goes, and what went."""

from __future__ import annotations

import argparse
import getpass
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sandbox.core import audit as au
from sandbox.core.chain import verify
from sandbox.core.claims import MAX_REASON, ready_to_delete
from sandbox.core.refusal import NotAllowed
from sandbox.core.retention import MAX_KEEP_DAYS
from sandbox.service.deletion import BY_POLICY, all_due
from sandbox.service.interviews import Interviews
from sandbox.store.alive import Alive
from sandbox.store.erasure import Erasure
from sandbox.store.log import EventLog

ALIVE_MS = 10_000


class NotDeleted(Exception):
    """Safe to show; says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What the commands work on."""

    data: Path
    log: EventLog
    interviews: Interviews
    erasure: Erasure


OpenKept = Callable[[argparse.Namespace], Kept]


def add_keep_days(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--keep-days",
        type=_days,
        metavar="N",
        default=os.environ.get("PROBE_KEEP_DAYS") or None,
        help="days after its end when an interview is deleted; default: PROBE_KEEP_DAYS, else never",
    )


def _days(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text) <= MAX_KEEP_DAYS:
        raise argparse.ArgumentTypeError(f"want a number of days from 1 to {MAX_KEEP_DAYS}")
    return int(text)


def add_commands(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    verbs: argparse._SubParsersAction[argparse.ArgumentParser],
    shared: argparse.ArgumentParser,
    open_kept: OpenKept,
) -> None:
    """``verbs``: of `probe interview`. ``shared``: options that say where the data is."""
    delete = verbs.add_parser("delete", parents=[shared], help="delete an interview for good")
    delete.add_argument("id")
    delete.add_argument("--reason", required=True, help="stays in the audit log; no personal data")
    delete.add_argument("--by", default="", help="who deletes it; default: the name of this login")
    delete.set_defaults(do=lambda arguments: _delete(arguments, open_kept(arguments)))

    retention = commands.add_parser(
        "retention", parents=[shared], help="delete what was kept for long enough; a server does so by itself"
    )
    add_keep_days(retention)
    retention.add_argument("--dry-run", action="store_true", help="only list what would go")
    retention.set_defaults(do=lambda arguments: _retention(arguments, open_kept(arguments)))

    audit = commands.add_parser(
        "audit",
        parents=[shared],
        help="print which interviews were deleted, and prove that list's hash chain",
    )
    audit.add_argument("--of", metavar="ID", help="only of this interview")
    audit.set_defaults(do=lambda arguments: _audit(arguments, open_kept(arguments)))


def _delete(arguments: argparse.Namespace, kept: Kept) -> int:
    _only_without_a_server(kept)
    reason = arguments.reason.strip()
    if not 0 < len(reason) <= MAX_REASON:
        raise NotDeleted(f"nothing was deleted: --reason wants 1 to {MAX_REASON} characters.")
    state = kept.interviews.get(arguments.id)
    try:
        ready_to_delete(state)
    except NotAllowed as refused:
        raise NotDeleted(str(refused)) from refused
    who = (arguments.by.strip() or getpass.getuser())[:80]
    entry = kept.erasure.erase(arguments.id, who=who, reason=reason, at_us=_now_us())
    kept.erasure.scrub()
    print(f"deleted {arguments.id}: {au.read(entry).events} events; entry {entry.seq} of the audit log")
    return 0


def _retention(arguments: argparse.Namespace, kept: Kept) -> int:
    if arguments.keep_days is None:
        print("everything is kept until it is deleted; --keep-days N or PROBE_KEEP_DAYS sets a policy")
        return 0
    if not arguments.dry_run:
        _only_without_a_server(kept)
    deleted = 0
    for one in all_due(kept.log, kept.interviews, arguments.keep_days, _now_us()):
        if not arguments.dry_run and not one.held:
            kept.erasure.erase(one.interview, who=BY_POLICY, reason=BY_POLICY, at_us=_now_us())
            deleted += 1
        verb = "kept" if one.held else "would go" if arguments.dry_run else "deleted"
        print(f"{one.interview}  ended {_day(one.ended_us)}  {verb}{f': {one.held}' if one.held else ''}")
    if deleted:
        kept.erasure.scrub()
    return 0


def _audit(arguments: argparse.Namespace, kept: Kept) -> int:
    entries = kept.erasure.audit()
    chain = verify(entries)
    for entry in entries:
        deleted = au.read(entry)
        if arguments.of is None or deleted.interview_sha256 == au.hashed(arguments.of):
            print(
                f"{entry.seq}  {_day(entry.at_us)}  interview {deleted.interview_sha256[:16]}  deleted by "
                f"{entry.author}: {deleted.reason}  ({deleted.events} events, head {deleted.head[:16]})"
            )
    if chain.broken_at is not None:
        print(f"broken: entry {chain.broken_at} does not follow from the ones before it")
        return 1
    print(f"intact: {chain.events} entries, head {chain.head}")
    return 0


def _only_without_a_server(kept: Kept) -> None:
    last = Alive(kept.data).last_ms()
    if last is not None and abs(_now_us() // 1000 - last) < ALIVE_MS:
        raise NotDeleted(
            "A server runs on this data folder and may have the interview open: delete it on its home page, "
            f"or stop the server and wait {ALIVE_MS // 1000} seconds."
        )


def _now_us() -> int:
    return time.time_ns() // 1000


def _day(at_us: int) -> str:
    return datetime.fromtimestamp(at_us / 1e6, UTC).strftime("%Y-%m-%d %H:%M UTC")
