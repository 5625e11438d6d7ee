"""The shell's side of isolation: `probe broker` owns the engine for others, `probe doctor` tries what holds.

Exit codes: 0 done; 1 could not, or a candidate must not be let in here; 64 wrong use.
"""

from __future__ import annotations

import argparse
import logging
import os
import re
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from isolation.choose import choose, through_broker
from isolation.contract import Runtime, RuntimeFault

PROJECT = Path(__file__).resolve().parent.parent
OK, CANNOT, USAGE = 0, 1, 64


def main(argv: Sequence[str]) -> int:
    """``argv[0]`` is the command. Returns the exit code; one line says why when it is 1."""
    try:
        arguments = _parser().parse_args(argv)
    except SystemExit as stop:
        return OK if stop.code == 0 else USAGE
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    try:
        return int(arguments.do(arguments))
    except RuntimeFault as fault:
        print(f"probe: {fault}", file=sys.stderr)
        return CANNOT


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="probe", description="Hold code that nobody trusts.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    broker = commands.add_parser(
        "broker", help="own the engine, and start jails of a fixed profile for the server and the judge"
    )
    broker.add_argument("--socket", type=Path, required=True, metavar="PATH", help="listen here")
    broker.add_argument("--runtime", choices=("auto", "docker", "embedded"), default="auto")
    broker.add_argument(
        "--state",
        type=Path,
        metavar="DIR",
        default=Path(tempfile.gettempdir()) / f"probe-broker-{os.getuid()}",
        help="records, and the folder in which clients make what jails are shown",
    )
    broker.add_argument(
        "--challenges",
        type=Path,
        metavar="DIR",
        default=PROJECT / "challenges",
        help="folder of the challenges",
    )
    broker.add_argument(
        "--client",
        type=_client,
        metavar="UID:GID",
        default=(os.getuid(), os.getgid()),
        help="the only user who may ask, and its group; default: the user who starts the broker",
    )
    _add_oci_runtime(broker)
    broker.set_defaults(do=_broker)
    doctor = commands.add_parser(
        "doctor", help="what this host can promise: try from the inside of a jail what must not work there"
    )
    doctor.add_argument("--runtime", choices=("auto", "docker", "embedded"), default="auto")
    doctor.add_argument("--broker", type=Path, metavar="PATH", default=os.environ.get("PROBE_BROKER"))
    doctor.add_argument("--json", action="store_true", help="for programs")
    doctor.add_argument("--all", action="store_true", help="list every try, not only those that worked")
    _add_oci_runtime(doctor)
    doctor.set_defaults(do=_doctor)
    return parser


def _add_oci_runtime(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--oci-runtime",
        metavar="NAME",
        default=None,
        help="what the Docker engine starts containers with, say runsc (gVisor); default: PROBE_OCI_RUNTIME",
    )


def _client(text: str) -> tuple[int, int]:
    if not re.fullmatch(r"\d{1,9}:\d{1,9}", text):
        raise argparse.ArgumentTypeError("want two numbers, UID:GID")
    uid, gid = text.split(":")
    return int(uid), int(gid)


def _doctor(arguments: argparse.Namespace) -> int:
    from isolation import doctor

    runtime: Runtime
    if arguments.broker is not None:
        runtime, parts = through_broker(arguments.broker), doctor.own_parts()
    else:
        runtime = choose(arguments.runtime, oci_runtime=arguments.oci_runtime)
        parts = doctor.parts_of(runtime)
    verdicts = doctor.examine(runtime)
    if arguments.json:
        print(doctor.document(runtime, verdicts, parts))
    else:
        print(doctor.table(runtime, verdicts, parts, every=arguments.all))
    return CANNOT if any(verdict.holes for verdict in verdicts) else OK


def _broker(arguments: argparse.Namespace) -> int:
    from isolation.admission import Admission
    from isolation.broker.core import Broker
    from isolation.broker.ledger import Ledger
    from isolation.broker.meeting import MeetingRoot
    from isolation.broker.policy import POLICY
    from isolation.broker.server import Server

    uid, gid = arguments.client
    state = arguments.state.absolute()
    if os.geteuid() != 0 and uid != os.getuid():
        raise RuntimeFault("Only a broker that is root can serve another user than its own.")
    runtime = choose(arguments.runtime, embedded_state=state / "jails", oci_runtime=arguments.oci_runtime)
    broker = Broker(
        runtime,
        POLICY,
        meeting=MeetingRoot.make(state / "meeting", gid),
        ledger=Ledger(state / "ledger"),
        project=PROJECT,
        challenges=arguments.challenges.resolve(),
        admit=Admission(runtime).check,
    )
    with Server(arguments.socket, broker, users={uid}, gid=gid if os.geteuid() == 0 else None) as server:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: server.close())
        print(f"broker on {arguments.socket} for user {uid}", flush=True)
        server.serve()
    return OK
