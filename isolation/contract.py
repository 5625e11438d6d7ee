"""What a runtime promises about a process that runs code nobody trusts.

What the jailed program does (crash, hang, eat memory) is a value, `Exit`. What our machinery fails to
do is an exception, `RuntimeFault`, and can never be scored. Calls are synchronous and short; only
`Jail.wait` waits, and it takes a deadline.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import Literal, Protocol

SOCKET_DIR = PurePosixPath("/run/jail")
"""Where `JailSpec.socket_dir` appears inside."""
WORKSPACE = PurePosixPath("/workspace")
"""The one writable folder inside, a sized tmpfs; the working directory."""


class Ending(StrEnum):
    """How a jailed process ended. EXITED says nothing about being right."""

    EXITED = "exited"
    SIGNALLED = "signalled"
    TIMED_OUT = "timed_out"
    OUT_OF_MEMORY = "out_of_memory"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    ending: Ending
    code: int | None
    """Exit code when EXITED, signal number when SIGNALLED, else None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Measured from outside. None where this runtime cannot measure it."""

    cpu_s: float | None
    peak_memory_bytes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Every limit has a value. There is no 'unlimited'."""

    memory_bytes: int
    cpus: float
    pids: int
    disk_bytes: int
    """Of the writable workspace; counted against the memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bind:
    """A file or folder of the host shown inside, read-only."""

    source: Path
    target: PurePosixPath


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A GPU, or a slice of one (MIG), as it was read."""

    id: str
    """What the driver calls it: ``GPU-`` or ``MIG-`` and a UUID."""
    name: str
    memory_bytes: int
    used_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JailSpec:
    name: str
    """Unique among living jails; ``[a-z0-9-]``, at most 40 characters. Survivors are found by it."""
    kind: Literal["session", "contestant"]
    argv: Sequence[str]
    """``argv[0]`` is looked up in the candidate environment; never a shell string."""
    limits: Limits
    env: Mapping[str, str] = field(default_factory=dict[str, str])
    """Beyond PATH, HOME, LANG and OMP_NUM_THREADS, which the runtime sets. Nothing is inherited."""
    binds: Sequence[Bind] = ()
    socket_dir: Path | None = None
    """Shown at SOCKET_DIR. Writable inside for a session (the server listens there), read-only for a
    contestant (it only connects). The runtime gives it the owner and mode that the jail needs."""
    device: str = ""
    """Id of a `Device` that only this jail gets; empty for none."""
    socket_gid: int | None = None
    """Group of the trusted process at the other end of `socket_dir`, where it is not the runtime's own."""


class RuntimeFault(Exception):
    """Our machinery failed. Says nothing about the candidate. Safe to show; says what to do."""


class Jail(Protocol):
    """One running jail. Everything inside dies with it."""

    @property
    def name(self) -> str: ...

    def poll(self) -> Exit | None:
        """None while it runs."""
        ...

    def wait(self, timeout_s: float) -> Exit:
        """Its exit; past the deadline everything inside is killed and the ending is TIMED_OUT."""
        ...

    def output(self) -> bytes:
        """Tail of stdout and stderr together, at most 64 KiB. Hostile bytes."""
        ...

    def usage(self) -> Usage: ...

    def seal(self) -> None:
        """Take the socket folder from the jail: what it made there stays, and it adds nothing more.

        That folder is on the host's disk, where no limit of the jail holds. Where jails share the user who
        starts them this does nothing, and `caveats` says so. Raises RuntimeFault.
        """
        ...

    def stop(self) -> None:
        """Kill all that is inside and leave nothing behind. Stopping twice is fine."""
        ...


class Runtime(Protocol):
    """Starts jails. Every implementation passes ``tests/isolation/test_conformance.py``."""

    @property
    def name(self) -> Literal["docker", "embedded", "none"]: ...

    @property
    def identity(self) -> str:
        """Changes when another profile, image or kernel may hold the next jail. A verdict about one identity
        says nothing about another."""
        ...

    @property
    def caveats(self) -> Sequence[str]:
        """What this runtime does not promise on this host, a sentence each, for the interviewer's page."""
        ...

    @property
    def unpromised(self) -> frozenset[str]:
        """What may work inside though it should not, by its name in `probe_inside`; `caveats` says it too."""
        ...

    def devices(self) -> Sequence[Device]:
        """GPUs of this host that a jail can be given, read now; empty where there is none.

        Raises RuntimeFault.
        """
        ...

    def start(self, spec: JailSpec) -> Jail:
        """Raises RuntimeFault."""
        ...

    def owned(self) -> Sequence[str]:
        """Names of living jails, also those that a crashed process left."""
        ...

    def reap(self, name: str) -> None:
        """Kill and remove a jail by name. One that is gone is fine."""
        ...
