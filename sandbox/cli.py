"""The shell's side of the control plane: start the server, make interviews, show them."""

from __future__ import annotations

import argparse
import errno
import gc
import logging
import os
import socket
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from sandbox import replay_cli, rights_cli
from sandbox.app import Store, create_app, open_store
from sandbox.core.outbound import MAX_REFERENCE
from sandbox.endpoints import BadEndpoints, read_endpoints
from sandbox.ports import Judge, Sandboxes, SandboxFault
from sandbox.settings import PROJECT, Settings
from sandbox.store.database import StorageFault
from sandbox.store.log_file import BadLogFile
from sandbox.store.seats import SeatOf
from sandbox.web.websocket import server_config
from wire.challenge import BadChallenge

GC_THRESHOLDS = (50_000, 20, 50)
BROKER_WITHIN_S = 20.0
"""Started at the same time, it may listen a little later."""
MOST_WARM = 16
"""A broker allows 64 sessions: candidates come first."""
DEMO_CANDIDATE, DEMO_INTERVIEWER = "Demo candidate", "Demo interviewer"


def main(argv: Sequence[str]) -> int:
    """Exit code: 0 done, 1 could not (one line says what to do), 64 wrong use."""
    try:
        arguments = _parser().parse_args(argv)
    except SystemExit as stop:
        return 0 if stop.code == 0 else 64
    try:
        return int(arguments.do(arguments))
    except (
        StorageFault,
        BadChallenge,
        SandboxFault,
        BadLogFile,
        BadEndpoints,
        rights_cli.NotDeleted,
        _CannotServe,
    ) as error:
        print(f"probe: {error}", file=sys.stderr)
        return 1
    except LookupError as error:
        print(f"probe: there is no interview {error}; `probe interview list` shows all", file=sys.stderr)
        return 1


class _CannotServe(Exception):
    """Safe to show."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="probe", description="Run live coding interviews.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument(
        "--data", type=Path, default=Path("data"), help="folder of the database (default: data)"
    )
    shared.add_argument(
        "--database-url",
        default=os.environ.get("PROBE_DATABASE_URL", ""),
        help="a PostgreSQL database instead of SQLite in the data folder; default: PROBE_DATABASE_URL",
    )
    shared.add_argument(
        "--challenges", type=Path, default=PROJECT / "challenges", help="folder of the challenges"
    )
    shared.add_argument("--base-url", default="", help="address that browsers use; links begin with it")

    serve = commands.add_parser("serve", parents=[shared], help="start the server")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8800)
    serve.add_argument(
        "--runtime",
        choices=("auto", "docker", "embedded", "memory"),
        default="auto",
        help="what holds the candidate's code; memory executes nothing",
    )
    serve.add_argument(
        "--broker",
        type=Path,
        metavar="PATH",
        default=os.environ.get("PROBE_BROKER"),
        help="socket of `probe broker`, which then chooses the runtime; default: PROBE_BROKER, else none",
    )
    serve.add_argument(
        "--durability",
        choices=("power-loss", "crash"),
        default=os.environ.get("PROBE_DURABILITY", "power-loss"),
        help="what an update survives before it is shown: loss of power, or only the end of this process "
        "(faster where the disk is slow); default: PROBE_DURABILITY, else power-loss",
    )
    serve.add_argument(
        "--warm",
        type=_count,
        metavar="N",
        default=os.environ.get("PROBE_WARM", "1"),
        help="sandboxes that stand ready for whoever comes next (0 to 16); default: PROBE_WARM, else 1",
    )
    serve.add_argument(
        "--outbound",
        type=Path,
        metavar="FILE",
        default=os.environ.get("PROBE_OUTBOUND") or None,
        help="TOML file of who is told what was decided, see docs/integrations.md; "
        "default: PROBE_OUTBOUND, else nobody",
    )
    rights_cli.add_keep_days(serve)
    serve.set_defaults(do=_serve)

    interview = commands.add_parser("interview", help="make and show interviews")
    verbs = interview.add_subparsers(required=True, metavar="VERB")
    new = verbs.add_parser("new", parents=[shared], help="make an interview and print its links")
    new.add_argument("--candidate", required=True, help="name of the candidate")
    new.add_argument("--interviewer", required=True, help="name of the interviewer")
    new.add_argument("--filter-minutes", type=int)
    new.add_argument("--probe-minutes", type=int)
    new.add_argument(
        "--device", choices=("cpu", "gpu"), default="cpu", help="what its sandbox has to compute with"
    )
    new.add_argument(
        "--reference", type=_reference, default="", help="what your applicant tracking system calls it"
    )
    new.set_defaults(do=_new)
    listing = verbs.add_parser("list", parents=[shared], help="all interviews, newest first")
    listing.set_defaults(do=_list)
    show = verbs.add_parser("show", parents=[shared], help="one interview and its links")
    show.add_argument("id")
    show.set_defaults(do=_show)

    report = commands.add_parser("report", parents=[shared], help="the report of an interview as a file")
    report.add_argument("id")
    for form in ("html", "pdf", "json"):
        report.add_argument(f"--{form}", type=Path, metavar="OUT", help=f"write it as {form.upper()} to OUT")
    report.add_argument(
        "--for-candidate", action="store_true", help="the candidate's copy: nothing of the panel's in it"
    )
    report.set_defaults(do=_report)
    replay_cli.add_commands(commands, shared, lambda arguments: open_store(_settings(arguments)).log)

    rights_cli.add_commands(commands, verbs, shared, _kept)

    demo = commands.add_parser("demo", parents=[shared], help="a demo interview: made once, printed again")
    demo.set_defaults(do=_demo)
    return parser


def _count(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or int(text) > MOST_WARM:
        raise argparse.ArgumentTypeError(f"want a number from 0 to {MOST_WARM}")
    return int(text)


def _reference(text: str) -> str:
    if len(text) > MAX_REFERENCE or any(not "!" <= one <= "~" for one in text):
        raise argparse.ArgumentTypeError(f"want an id or an address of at most {MAX_REFERENCE} characters")
    return text


def _settings(arguments: argparse.Namespace) -> Settings:
    default = f"http://{getattr(arguments, 'host', '127.0.0.1')}:{getattr(arguments, 'port', 8800)}"
    outbound = getattr(arguments, "outbound", None)
    return Settings(
        data=arguments.data,
        database_url=arguments.database_url,
        challenges=arguments.challenges,
        base_url=arguments.base_url or default,
        durability=getattr(arguments, "durability", "power-loss"),
        runtime=getattr(arguments, "runtime", "auto"),
        broker=getattr(arguments, "broker", None),
        warm=getattr(arguments, "warm", 0),
        endpoints=read_endpoints(outbound, os.environ) if outbound else (),
        keep_days=getattr(arguments, "keep_days", None),
    )


def _kept(arguments: argparse.Namespace) -> rights_cli.Kept:
    store = open_store(_settings(arguments))
    return rights_cli.Kept(
        data=arguments.data, log=store.log, interviews=store.interviews, erasure=store.erasure
    )


def _new(arguments: argparse.Namespace) -> int:
    store = open_store(_settings(arguments))
    interview, _ = store.interviews.create(
        candidate_name=arguments.candidate,
        interviewer_name=arguments.interviewer,
        filter_minutes=arguments.filter_minutes,
        probe_minutes=arguments.probe_minutes,
        device=arguments.device,
        reference=arguments.reference,
    )
    _print_links(store, interview.id)
    return 0


def _list(arguments: argparse.Namespace) -> int:
    store = open_store(_settings(arguments))
    for one in store.interviews.list():
        total = "-" if one.total is None else f"{one.total:.1f}"
        print(f"{one.id}  {one.stage:<8}  {total:>4}  {one.candidate_name} with {one.interviewer_name}")
    return 0


def _show(arguments: argparse.Namespace) -> int:
    store = open_store(_settings(arguments))
    interview = store.interviews.get(arguments.id)
    print(f"{interview.id}: {interview.candidate_name} with {interview.interviewer_name}, {interview.stage}")
    _print_links(store, interview.id)
    return 0


def _demo(arguments: argparse.Namespace) -> int:
    store = open_store(_settings(arguments))
    interview = store.interviews.open_demo(DEMO_CANDIDATE)
    if interview is None:
        made, _ = store.interviews.create(candidate_name=DEMO_CANDIDATE, interviewer_name=DEMO_INTERVIEWER)
        interview = made.id
    _print_links(store, interview)
    return 0


def _report(arguments: argparse.Namespace) -> int:
    from sandbox.core.live import Live
    from sandbox.render.document import html, pdf
    from sandbox.service.report import fold, make_report

    if arguments.json and arguments.for_candidate:
        raise _CannotServe("the JSON report is the panel's; take --html or --pdf for the candidate's copy")
    store = open_store(_settings(arguments))
    report = make_report(
        fold(store.log, arguments.id), store.catalogue, Live(tabs={}), now=time.time_ns() // 1_000_000
    )
    theirs, replay = arguments.for_candidate, store.interviews.replay_url(arguments.id)
    made: list[tuple[Path | None, Callable[[], bytes]]] = [
        (arguments.html, lambda: html(report, for_candidate=theirs, replay=replay).encode()),
        (arguments.pdf, lambda: pdf(report, for_candidate=theirs, replay=replay)),
        (arguments.json, lambda: report.model_dump_json(indent=2).encode()),
    ]
    if all(out is None for out, _ in made):
        print(html(report, for_candidate=theirs, replay=replay))
    for out, make in made:
        if out is not None:
            _write(out, make())
    return 0


def _write(out: Path, content: bytes) -> None:
    try:
        out.write_bytes(content)
    except OSError as error:
        raise _CannotServe(f"cannot write {out} ({error.strerror}); name another file") from error
    print(f"wrote {out}, {len(content) / 1024:.0f} KiB")


def _print_links(store: Store, interview: str) -> None:
    links = store.interviews.links(interview)
    print(f"interviewer  {links.interviewer}")
    print(f"candidate    {links.candidate}")
    print(f"host         {store.interviews.link(SeatOf(role='host'))}")


def _serve(arguments: argparse.Namespace) -> int:
    import uvicorn

    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    for chatty in ("alembic", "httpx"):  # a line for each migration, for each file written to a sandbox
        logging.getLogger(chatty).setLevel(logging.WARNING)
    settings = _settings(arguments)
    listening = _listen(arguments.host, arguments.port)
    store = open_store(settings)
    sandboxes, judge = _outside(settings)
    app = create_app(settings, store, sandboxes, judge)
    print(f"serving {settings.base_url} with the {sandboxes.runtime} runtime", flush=True)
    print(f"host         {store.interviews.link(SeatOf(role='host'))}", flush=True)
    # What is loaded by now stays; the collector looks at the rest once many frames have come and gone.
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)
    uvicorn.Server(server_config(app)).run(sockets=[listening])
    return 0


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            raise _CannotServe(
                f"port {port} is taken; stop the other server or choose another --port"
            ) from error
        raise _CannotServe(
            f"cannot listen on {host}:{port} ({os.strerror(error.errno or 0)}); try --host 127.0.0.1"
        ) from error
    except OverflowError as error:
        listening.close()
        raise _CannotServe(f"{port} is no port; choose one from 1 to 65535") from error
    return listening


def _outside(settings: Settings) -> tuple[Sandboxes, Judge]:
    """The runtime and the judge. Imported late: the memory runtime needs no engine."""
    if settings.runtime == "memory":
        from sandbox.adapters.memory import MemoryJudge, MemorySandboxes

        return MemorySandboxes(), MemoryJudge()
    from isolation.choose import choose, through_broker
    from isolation.contract import Runtime, RuntimeFault
    from sandbox.adapters.judge import ProcessJudge
    from sandbox.adapters.sandboxes import LocalSandboxes
    from sandbox.core.pool import PoolPolicy
    from sandbox.store.records import Records

    runtime: Runtime
    try:
        if settings.broker is None:
            runtime, state = choose(settings.runtime), settings.data.resolve() / "run"
        else:
            runtime = broker = through_broker(settings.broker, within_s=BROKER_WITHIN_S)
            state = broker.root
    except RuntimeFault as fault:
        raise _CannotServe(str(fault)) from fault
    sandboxes = LocalSandboxes(
        runtime=runtime,
        challenges=settings.challenges,
        pairs=settings.pairs,
        state=state,
        pool=PoolPolicy(size=settings.warm),
    )
    judge = ProcessJudge(
        challenges=settings.challenges,
        runtime=runtime.name,
        home=PROJECT,
        records=Records(settings.data),
        broker=settings.broker,
    )
    return sandboxes, judge
