"""One fixture: each runtime of the contract in turn, or a loud reason why it is not there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest

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


@pytest.fixture(params=RUNTIMES)
def runtime(request: pytest.FixtureRequest, tmp_path: Path) -> Runtime:
    return runtime_by_name(request.param, tmp_path / "state")


@pytest.fixture(params=HOLDING)
def holding(request: pytest.FixtureRequest, tmp_path: Path) -> Runtime:
    return runtime_by_name(request.param, tmp_path / "state")


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
