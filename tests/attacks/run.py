"""Plays cases against one runtime, and says of each what became of it and what it left.

A case that holds must end with the verdict of its header, and leave everything as it was (`standing`).
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import Literal, Self, cast

from isolation import probe_inside
from isolation.contract import Bind, Ending, Exit, JailSpec, Limits, Runtime, RuntimeFault
from isolation.tail import TAIL_BYTES
from sandbox.adapters.workbench import JupyterWorkbench
from sandbox.ports import SandboxFault
from tests.attacks.catalogue import HERE, Case, Where
from tests.attacks.neighbour import Neighbour, neighbour
from tests.attacks.session import Session, session
from tests.attacks.standing import Standing
from tests.zoo.standing import adopt_orphans

PROJECT = HERE.parents[1]
DRIVER = (HERE / "driver.py").read_text(encoding="utf-8")
LIMITS = Limits(memory_bytes=112 << 20, cpus=0.8, pids=40, disk_bytes=8 << 20)
"""Small, so that going beyond them is cheap. The runtime sets them as it sets larger ones."""
TMP_BYTES = 64 << 20
TOGETHER_S, ALONE_S, KILLED_AFTER_S = 120.0, 30.0, 1.5
SHOWN = PurePosixPath("/opt/challenge/shared")
Kind = Literal["session", "contestant"]
_ENDED = {Ending.OUT_OF_MEMORY: "limit", Ending.TIMED_OUT: "killed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What became of one case in one place."""

    case: Case
    where: Where
    verdict: str
    words: str
    seconds: float
    faults: tuple[str, ...] = ()
    """Of the standing assertions: what it left, or whom it harmed."""
    excused: bool = False
    """It got through where its header says so."""

    @property
    def held(self) -> bool:
        as_expected = self.verdict == ("worked" if self.excused else self.case.expect)
        return as_expected and not self.faults

    def document(self) -> dict[str, object]:
        return {
            "case": self.case.name,
            "ids": list(self.case.ids),
            "prio": self.case.prio,
            "where": self.where,
            "expect": self.case.expect,
            "defence": self.case.defence,
            "verdict": self.verdict,
            "words": self.words,
            "faults": list(self.faults),
            "known": self.excused,
            "held": self.held,
            "seconds": round(self.seconds, 3),
        }


@dataclass(slots=True)
class World:
    """A runtime, what the host has that a jail must not reach, and a neighbour. Made by `world`."""

    runtime: Runtime
    folder: Path
    host: dict[str, object]
    shared: Bind
    neighbour: Neighbour
    server: socket.socket
    """Stands for every socket of the host that no candidate may reach."""
    mark: str
    """In the name of every jail that is started here."""
    loop: asyncio.Runner
    """Of the control plane: cases of ``trusted/`` run in it, and so does the one session they share."""
    stack: contextlib.AsyncExitStack = field(default_factory=contextlib.AsyncExitStack)
    standing: Standing = field(init=False)
    _before: Standing = field(init=False, repr=False)
    _session: Session | None = None

    async def workbench(self) -> JupyterWorkbench:
        """A candidate's session. Raises SandboxFault."""
        if self._session is None:
            self._before = self.standing
            self._session = await self.stack.enter_async_context(session(self.runtime, self.folder))
            self.look()
        if not await self.alive():
            await self._session.bench.restart()
        return self._session.bench

    async def text(self, code: str) -> str:
        assert self._session is not None
        return await self._session.text(code)

    async def alive(self) -> bool:
        return self._session is not None and self._session.states[-1] in {"idle", "busy"}

    async def end_sandbox(self) -> None:
        assert self._session is not None
        await self._session.end()

    def end_session(self) -> tuple[str, ...]:
        """What is left when all is over, and the session is closed that some cases shared."""
        if self._session is not None:
            self.loop.run(self.stack.aclose())
            self._session, self.standing = None, self._before
        return self.faults()

    def look(self) -> None:
        """From now on what is there belongs there."""
        self.standing = Standing.now(self.runtime, cast(int, self.host["pid"]), self.mark, self.folder)

    def faults(self) -> tuple[str, ...]:
        """What a case has left, or whom it has harmed. Of an open session, kernels come and go."""
        found = self.standing.faults(processes=self._session is None)
        harmed = self.neighbour.fault()
        return (*found, harmed) if harmed else found

    @property
    def weak(self) -> frozenset[str]:
        """Names by which headers say where a case is known to get through."""
        plain = bool(self.runtime.unpromised)
        return frozenset({self.runtime.name} | ({"plain"} if plain else set()))


@contextlib.contextmanager
def world(runtime: Runtime) -> Iterator[World]:
    """Raises RuntimeFault when the neighbour cannot be started."""
    adopt_orphans()
    importlib.import_module("sandbox.app")  # what the control plane takes to begin with is no growth
    with contextlib.ExitStack() as stack:
        stack.callback(adopt_orphans, False)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="probe-attack-")))
        folder.chmod(0o755)
        stack.callback(setattr, tempfile, "tempdir", tempfile.tempdir)
        (folder / "tmp").mkdir()
        tempfile.tempdir = str(folder / "tmp")  # what is left there is ours to see
        shared = folder / "shared"
        shared.write_text("shown to every jail")
        shared.chmod(0o644)
        (folder / "secret").write_text("canary-" + secrets.token_hex(8))
        port = stack.enter_context(socket.socket())
        port.bind(("127.0.0.1", 0))
        port.listen()
        abstract = f"probe-attack-{secrets.token_hex(4)}"
        hidden, server = (stack.enter_context(socket.socket(socket.AF_UNIX)) for _ in range(2))
        hidden.bind("\0" + abstract)
        hidden.listen()
        server.bind(str(folder / "engine"))
        server.listen()
        server.setblocking(False)
        canary = stack.enter_context(_bystander())
        bind = Bind(source=shared, target=SHOWN)
        mark = secrets.token_hex(4)
        other = stack.enter_context(neighbour(runtime, folder, bind))
        made = World(
            runtime=runtime,
            folder=folder,
            host={
                "pid": canary.pid,
                "port": port.getsockname()[1],
                "abstract": abstract,
                "socket": str(folder / "engine"),
                "secret": str(folder / "secret"),
                "project": str(PROJECT),
                "shared": str(SHOWN),
                "cpus": LIMITS.cpus,
            },
            shared=bind,
            neighbour=other,
            server=server,
            mark=mark,
            loop=stack.enter_context(asyncio.Runner()),
        )
        stack.callback(made.end_session)
        made.look()
        yield made


@contextlib.contextmanager
def _bystander() -> Iterator[subprocess.Popen[bytes]]:
    """A process of the host with a secret in its environment and its command."""
    canary = "canary-" + secrets.token_hex(8)
    with subprocess.Popen(["sleep", "600"], env={"CANARY": canary, "PATH": os.environ["PATH"]}) as process:
        try:
            yield process
        finally:
            process.kill()


def play(chosen: Sequence[Case], on: World) -> Iterator[Played]:
    """Those that share a jail, one for each kind; then those with one of their own; then the trusted."""
    kinds: tuple[Kind, Kind] = ("session", "contestant")
    for kind in kinds:
        together = [case for case in chosen if kind in case.where and not case.alone]
        if together:
            yield from _in_jail(together, kind, on)
        for case in chosen:
            if kind in case.where and case.alone:
                yield from _in_jail([case], kind, on)
    for case in chosen:
        if "trusted" in case.where and not _lacking(case):
            yield _here(case, on)


def _lacking(case: Case) -> bool:
    return case.needs == "browser" and shutil.which("chromium") is None


def _in_jail(together: Sequence[Case], kind: Kind, on: World) -> list[Played]:
    alone = together[0].alone
    limit_s = KILLED_AFTER_S if together[0].expect == "killed" else ALONE_S if alone else TOGETHER_S
    given = {**asdict(LIMITS), "tmp_bytes": TMP_BYTES, "variables": [], "shown": [str(SHOWN)]}
    playing = [[case.name, case.tries, case.source] for case in together]
    spec = JailSpec(
        name=f"{kind}-attack-{on.mark}-{secrets.token_hex(3)}",
        kind=kind,
        argv=(
            *("python", "-I", "-c", DRIVER, Path(probe_inside.__file__).read_text(encoding="utf-8")),
            *(json.dumps(each) for each in (given, on.host, playing, alone)),
        ),
        limits=LIMITS,
        binds=(on.shared,),
    )
    began = time.monotonic()
    jail = on.runtime.start(spec)
    try:
        ended = jail.wait(limit_s)
        output = jail.output()
    finally:
        jail.stop()
    took = (time.monotonic() - began) / len(together)
    faults = on.faults()
    if len(output) > TAIL_BYTES:
        faults = (*faults, f"{len(output)} bytes of its output were kept")
    said = _said(output)
    return [_played(case, kind, said.get(case.name), ended, took, faults, on) for case in together]


def _said(output: bytes) -> dict[str, tuple[str, str]]:
    """By case. What is no line of the driver is somebody else's, and says nothing."""
    found = {}
    for line in output.splitlines():
        with contextlib.suppress(ValueError, KeyError, TypeError):
            value = json.loads(line)
            found[str(value["case"])] = (str(value["outcome"]), str(value["words"]))
    return found


def _played(
    case: Case,
    where: Where,
    said: tuple[str, str] | None,
    ended: Exit,
    seconds: float,
    faults: tuple[str, ...],
    on: World,
) -> Played:
    if said is None:  # it took the driver along
        said = (_ENDED.get(ended.ending, "broken"), f"the jail ended: {ended.ending}, {ended.code}")
    verdict, words = said
    excused = bool(case.known & on.weak)
    return Played(
        case=case, where=where, verdict=verdict, words=words, seconds=seconds, faults=faults, excused=excused
    )


class Held(Exception):
    """Raised by a case of ``trusted/`` that was stopped: a verdict, and words."""

    def __init__(self, verdict: str, words: str) -> None:
        super().__init__(words)
        self.verdict, self.words = verdict, words

    @classmethod
    def refused(cls, words: str) -> Self:
        return cls("refused", words)

    @classmethod
    def limit(cls, words: str) -> Self:
        return cls("limit", words)


def _here(case: Case, on: World) -> Played:
    namespace: dict[str, object] = {"__name__": f"tests.attacks.trusted.{case.name}"}
    began = time.monotonic()
    try:
        exec(compile(case.source, f"trusted/{case.name}.py", "exec"), namespace)
        got = on.loop.run(namespace["attack"](on))  # type: ignore[operator]
        verdict, words = ("worked", str(got)) if got else ("inert", "nothing came of it")
    except Held as held:
        verdict, words = held.verdict, held.words
    except (RuntimeFault, SandboxFault) as fault:
        verdict, words = "broken", str(fault)
    except Exception as error:  # whatever it is, nobody has said that it holds
        verdict, words = "broken", repr(error)
    took = time.monotonic() - began
    return _played(
        case, "trusted", (verdict, words[:300]), Exit(ending=Ending.EXITED, code=0), took, on.faults(), on
    )
