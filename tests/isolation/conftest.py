"""One fixture: each runtime of the contract in turn, or a loud reason why it is not there."""

from __future__ import annotations

import contextlib
import os
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest

from isolation.broker.client import BrokerRuntime
from isolation.broker.core import Broker
from isolation.broker.ledger import Ledger
from isolation.broker.meeting import MeetingRoot
from isolation.broker.policy import POLICY, Allowed, Places, Policy
from isolation.broker.server import Server
from isolation.contract import Jail, JailSpec, Limits, Runtime

MIB = 1024**2
LIMITS = Limits(memory_bytes=256 * MIB, cpus=1.0, pids=64, disk_bytes=16 * MIB)

Start = Callable[..., Jail]


def runtime_by_name(name: str, state: Path) -> Runtime:
    if name == "embedded":
        from isolation.bubblewrap import EmbeddedRuntime

        return EmbeddedRuntime(state)
    if name == "docker":
        from isolation.docker import DockerRuntime, why_not

        if reason := why_not():
            pytest.skip(f"docker: {reason}")
        return DockerRuntime()
    return pytest.importorskip("isolation.bare").BareRuntime()


RUNTIMES = [
    pytest.param("embedded", marks=pytest.mark.embedded),
    pytest.param("docker", marks=pytest.mark.docker),
    "none",
]
HOLDING = RUNTIMES[:2]
"""The runtimes that keep hostile code from the host; ``none`` only has the contract's verbs."""
BROKERED = [
    pytest.param("broker-embedded", marks=pytest.mark.embedded),
    pytest.param("broker-docker", marks=pytest.mark.docker),
]
"""The same two behind a broker, asked by its client."""
PROJECT = Path(__file__).resolve().parents[2]


def permissive() -> Policy:
    """For tests of what is below the policy: any Python program, under any name, with what they show."""

    def wider(allowed: Allowed) -> Allowed:
        return replace(
            allowed,
            name=re.compile(r".+"),
            programs=[
                ("python", "-u", "-c", re.compile(r"(?s).*")),
                ("python", "-c", re.compile(r"(?s).*")),
                ("no-such-program",),
            ],
            variables=allowed.variables
            | {"GIVEN", "HOME"}
            | {f"HOST_{word}" for word in ("SECRET", "REPOSITORY", "PORT", "ABSTRACT", "PID")},
            places=Places(clients=frozenset({"/opt/challenge"})),
        )

    return {kind: wider(allowed) for kind, allowed in POLICY.items()}


@contextlib.contextmanager
def brokered(
    runtime: Runtime,
    root: Path,
    policy: Policy,
    *,
    challenges: Path = PROJECT / "challenges",
    user: tuple[int, int] | None = None,
    admit: Callable[[JailSpec], None] = lambda like: None,
) -> Iterator[Path]:
    """The socket of a broker over `runtime` that meets `user` (uid and gid; else its own) in `root`.

    It lets everybody in: what a broker is in front of here is tried by other tests, and ``none`` never holds.
    """
    uid, gid = user or (os.getuid(), os.getgid())
    broker = Broker(
        runtime,
        policy,
        meeting=MeetingRoot.make(root, gid),
        ledger=Ledger(root / "broker-ledger"),
        project=PROJECT,
        challenges=challenges,
        admit=admit,
    )
    with Server(root / "broker.sock", broker, users={uid}, gid=gid if user else None) as server:
        thread = threading.Thread(target=server.serve, daemon=True)
        thread.start()
        yield root / "broker.sock"
        server.close()
        thread.join(5)


@contextlib.contextmanager
def opened(name: str, folder: Path) -> Iterator[Runtime]:
    """The runtime by that name, which may be behind a broker."""
    inner = runtime_by_name(name.removeprefix("broker-"), folder / "state")
    if not name.startswith("broker-"):
        yield inner
        return
    with brokered(inner, folder, permissive()) as socket:
        yield BrokerRuntime(socket)


@pytest.fixture(params=[*RUNTIMES, *BROKERED])
def runtime(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Runtime]:
    with opened(request.param, tmp_path) as runtime:
        yield runtime


@pytest.fixture(params=[*HOLDING, *BROKERED])
def holding(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Runtime]:
    with opened(request.param, tmp_path) as runtime:
        yield runtime


class Starter:
    """Starts jails that run a Python program, and stops what a test leaves."""

    def __init__(self) -> None:
        self.jails: list[Jail] = []

    def __call__(
        self,
        runtime: Runtime,
        program: str,
        *,
        name: str | None = None,
        kind: Literal["session", "contestant"] = "contestant",
        **fields: object,
    ) -> Jail:
        argv = ["python", "-u", "-c", program]
        spec = JailSpec(
            name=name or f"test-{len(self.jails)}-{id(self):x}"[:40],
            kind=kind,
            argv=argv,
            **{"limits": LIMITS, **fields},  # type: ignore[arg-type]
        )
        jail = runtime.start(spec)
        self.jails.append(jail)
        return jail


@pytest.fixture
def start() -> Iterator[Starter]:
    starter = Starter()
    yield starter
    for jail in starter.jails:
        jail.stop()
