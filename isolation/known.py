"""What a jail does not hold, by name: documented, printed by `probe doctor`, and nowhere else promised."""

from __future__ import annotations

from dataclasses import dataclass

from isolation.contract import Runtime


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    name: str
    on: frozenset[str]
    """Names of runtimes; ``plain`` is the embedded one without control groups, for a user who is not root."""
    what: str


_BOTH = frozenset({"docker", "embedded"})
_PLAIN = frozenset({"plain"})

CHANNELS = (
    Channel(
        name="kernel",
        on=_BOTH,
        what="A hole in the kernel reaches the host: all jails share it. With gVisor they would not.",
    ),
    Channel(name="load", on=_BOTH, what="Jails on one machine see each other's load in their own timing."),
    Channel(
        name="page cache",
        on=_BOTH,
        what="Whether a page of a file that all are shown was read lately can be measured, by its time.",
    ),
    Channel(
        name="locks",
        on=_BOTH,
        what="Two sessions can see each other's locks on files that both are shown. Contestants take none.",
    ),
    Channel(
        name="host's programs",
        on=frozenset({"embedded"}),
        what="Programs and libraries below the host's /usr can be read inside.",
    ),
    Channel(
        name="inodes",
        on=frozenset({"embedded"}),
        what="The number of files has no limit of its own: the memory that each takes has.",
    ),
    Channel(
        name="sum of memory", on=_PLAIN, what="Memory is limited for each process, not for all together."
    ),
    Channel(name="processors", on=_PLAIN, what="A jail's share of the processors is not limited."),
    Channel(
        name="one user",
        on=_PLAIN,
        what="All jails are the user who started them, apart by namespaces only.",
    ),
    Channel(
        name="socket folder",
        on=_PLAIN,
        what="What a session writes beside its socket, on the host's disk, is not limited.",
    ),
)


def channels_of(runtime: Runtime) -> list[Channel]:
    """Those of this runtime on this host."""
    names: set[str] = {runtime.name}
    if runtime.name == "embedded" and runtime.unpromised:
        names.add("plain")
    return [channel for channel in CHANNELS if channel.on & names]
