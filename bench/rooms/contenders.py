"""The servers side by side: where each comes from, how it is started, where its rooms are."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Dialect = Literal["y", "hocuspocus", "probe"]
"""y-websocket's framing; the same behind the document's name; docs/protocol.md."""
HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
LISTENS_WITHIN_S = 60.0
NPM = {
    "y-websocket": ("@y/websocket-server@0.1.1", "yjs@13.6.33", "y-leveldb@0.2.0"),
    "hocuspocus": ("@hocuspocus/server@4.7.0", "@hocuspocus/extension-sqlite@4.7.0"),
}
PYPI = (
    "pycrdt-websocket==0.16.5",
    "pycrdt-store==0.1.5",
    "pycrdt==0.14.13",
    "uvicorn==0.54.0",
    "uvloop==0.23.0",
    "websockets==17.4",
)
GENERATOR = ("picows==2.3.1",)


class CannotInstall(Exception):
    """Says what was tried and what would help."""


@dataclass(frozen=True, kw_only=True)
class Seat:
    """Where one client goes, and what lets it in."""

    url: str
    headers: dict[str, str] = field(default_factory=dict)


Place = Callable[[int, bool], Seat]
"""From a room's number, and whether it is the typist who asks."""


@dataclass(frozen=True, kw_only=True)
class Contender:
    name: str
    dialect: Dialect
    argv: tuple[str, ...]
    env: dict[str, str] = field(default_factory=dict)
    cwd: Path = ROOT
    ours: bool = False
    durable: str
    """When an update is on disk: what the table says."""


def install(folder: Path) -> None:
    """Everything that is not ours, once, into ``folder``. Raises CannotInstall."""
    for name, packages in NPM.items():
        if not (folder / name / "node_modules").exists():
            (folder / name).mkdir(parents=True, exist_ok=True)
            _call(
                ("npm", "install", "--prefix", str(folder / name), "--no-audit", "--no-fund", *packages), name
            )
    shutil.copy(HERE / "servers/hocuspocus.mjs", folder / "hocuspocus/server.mjs")
    for name, wanted in (("pycrdt-websocket", PYPI), ("generator", GENERATOR)):
        if not (folder / name).exists():
            pip = (sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder / name))
            _call((*pip, *wanted), name)


def _call(argv: tuple[str, ...], name: str) -> None:
    try:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=600, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CannotInstall(
            f"{name} cannot be installed: {error}. It needs npm, pip and a registry."
        ) from error
    if done.returncode:
        raise CannotInstall(f"{name} cannot be installed:\n{(done.stderr or done.stdout).strip()[-2000:]}")


def contenders(folder: Path, port: int) -> dict[str, Contender]:
    serve = (
        sys.executable,
        "-m",
        "probe",
        "serve",
        "--runtime",
        "memory",
        "--port",
        str(port),
        "--data",
        "{data}",
    )
    y = ("node", str(folder / "y-websocket/node_modules/@y/websocket-server/src/server.js"))
    here = {"PORT": str(port), "HOST": "127.0.0.1", "DATA": "{data}"}
    uvicorn = (
        "-m",
        "uvicorn",
        "pycrdt_server:app",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--log-level",
        "error",
        "--ws",
        "websockets-sansio",
        "--ws-per-message-deflate",
        "false",
        "--loop",
        "uvloop",
    )
    every = (
        Contender(
            name="probe",
            dialect="probe",
            argv=(*serve, "--durability", "crash"),
            ours=True,
            durable="before it is shown, against kill -9",
        ),
        Contender(
            name="probe, power loss",
            dialect="probe",
            argv=(*serve, "--durability", "power-loss"),
            ours=True,
            durable="before it is shown, against loss of power",
        ),
        Contender(name="y-websocket", dialect="y", argv=y, env=here, durable="never"),
        Contender(
            name="y-websocket + LevelDB",
            dialect="y",
            argv=y,
            env={**here, "YPERSISTENCE": "{data}/leveldb"},
            durable="some time after",
        ),
        Contender(
            name="Hocuspocus + SQLite",
            dialect="hocuspocus",
            argv=("node", "server.mjs"),
            env=here,
            cwd=folder / "hocuspocus",
            durable="2 to 10 s after",
        ),
        Contender(
            name="pycrdt-websocket + SQLite",
            dialect="y",
            argv=(sys.executable, *uvicorn),
            env={**here, "PYTHONPATH": f"{folder / 'pycrdt-websocket'}:{HERE / 'servers'}"},
            durable="some time after",
        ),
    )
    return {one.name: one for one in every}


class Server:
    """One contender at work on a folder of its own, pinned to one processor."""

    def __init__(
        self, contender: Contender, data: Path, port: int, *, processor: int, realtime: bool
    ) -> None:
        self.contender, self.data, self.port = contender, data, port
        self._prefix = ["taskset", "-c", str(processor), *(("chrt", "-r", "5") if realtime else ())]

    def start(self) -> None:
        def fill(text: str) -> str:
            return text.format(data=self.data) if "{data}" in text else text

        env = os.environ | {name: fill(value) for name, value in self.contender.env.items()}
        with (self.data / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*self._prefix, *map(fill, self.contender.argv)],
                cwd=self.contender.cwd,
                env=env,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + LISTENS_WITHIN_S
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    text = (self.data / "server.log").read_text(errors="replace")
                    raise RuntimeError(f"{self.contender.name} does not listen:\n{text[-2000:]}") from None
                time.sleep(0.02)

    @property
    def cpu_s(self) -> float:
        """User and system time of all its threads."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def rss_mb(self) -> float:
        for line in Path(f"/proc/{self._process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
        return 0.0

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
