"""What this host is, as far as it matters to whoever holds hostile code on it. Read, not tried.

Facts, each with a word on whether it is good: what is tried is `admission`'s.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Good = Literal["ok", "note", "warning"]

CORE_PATTERN = Path("/proc/sys/kernel/core_pattern")
MEMORY_OF_A_SESSION = 2 << 30
MEMORY_LEAST = 4 << 30
"""A session, a contestant, and the control plane."""
DISK_LEAST = 5 << 30
"""The images, twice while they are built, and some interviews."""
BROWSERS = ("chromium", "google-chrome", "chrome", "firefox")
_MIB = re.compile(r"^(\w+):\s+(\d+) kB$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    name: str
    value: str
    good: Good = "ok"
    advice: str = ""
    """What to do, or what follows; empty when there is nothing to say."""


def facts(
    *, engine: str = "", oci_runtimes: dict[str, str] | None = None, state: Path = Path("/")
) -> list[Fact]:
    """``engine`` is its version where one answers, ``oci_runtimes`` what it starts containers with, ``state``
    a folder on the disk that fills."""
    return [
        Fact(name="kernel", value=f"{platform.system()} {platform.release()} {platform.machine()}"),
        _user(),
        _cgroups(Path("/proc/self/mountinfo").read_text(encoding="utf-8") if _is_linux() else ""),
        _core_pattern(_read(CORE_PATTERN)),
        _engine(engine),
        _gvisor(oci_runtimes or {}),
        *_memory(_read(Path("/proc/meminfo"))),
        _disk(state),
        _gpu(),
        _browser(),
    ]


def _is_linux() -> bool:
    return platform.system() == "Linux"


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return ""


def _user() -> Fact:
    if os.geteuid() == 0:
        return Fact(name="user", value="root")
    return Fact(
        name="user",
        value=f"{os.geteuid()}",
        good="note",
        advice="Without an engine, limits hold for each process and not for their sum.",
    )


def _cgroups(mountinfo: str) -> Fact:
    """Of mounts: proc(5), mountinfo; the type stands behind the hyphen."""
    kinds = {line.partition(" - ")[2].split()[0] for line in mountinfo.splitlines() if " - " in line}
    if "cgroup" in kinds:
        return Fact(name="control groups", value="version 1" + (" and 2" if "cgroup2" in kinds else ""))
    if "cgroup2" in kinds:
        return Fact(name="control groups", value="version 2")
    return Fact(
        name="control groups",
        value="none",
        good="warning",
        advice="No limit on memory, processes or processors can be set for a whole sandbox.",
    )


def _core_pattern(text: str) -> Fact:
    pattern = text.strip() or "unknown"
    if not pattern.startswith("|"):
        return Fact(name="core dumps", value=f"core_pattern {pattern}")
    return Fact(
        name="core dumps",
        value=f"core_pattern {pattern}",
        good="warning",
        advice="A crash inside starts this program on the host, whatever the limit on core dumps is."
        " Set kernel.core_pattern to a file's name.",
    )


def _engine(version: str) -> Fact:
    if version:
        return Fact(name="engine", value=f"Docker {version}")
    return Fact(
        name="engine", value="none answers", good="note", advice="scripts/engine starts one, as root."
    )


def _gvisor(oci_runtimes: dict[str, str]) -> Fact:
    if "runsc" in oci_runtimes:
        return Fact(name="gVisor", value=f"the engine knows runsc ({oci_runtimes['runsc']})")
    advice = (
        "Sandboxes share the host's kernel. For people nobody knows, install it and set PROBE_OCI_RUNTIME."
    )
    if shutil.which("runsc"):
        advice = (
            "runsc is installed and the engine does not know it: name it under `runtimes` in daemon.json."
        )
    return Fact(name="gVisor", value="not used", good="note", advice=advice)


def _memory(meminfo: str) -> Iterator[Fact]:
    found = {name: int(kib) << 10 for name, kib in _MIB.findall(meminfo)}
    if not (free := found.get("MemAvailable", 0)):
        return
    few = free < MEMORY_LEAST
    yield Fact(
        name="memory",
        value=f"{free / 1e9:.1f} GB available of {found.get('MemTotal', 0) / 1e9:.1f} GB",
        good="warning" if few else "ok",
        advice=f"A session may take {MEMORY_OF_A_SESSION >> 30} GiB; the kernel may end what it should not."
        if few
        else "",
    )
    if found.get("SwapTotal"):
        yield Fact(
            name="swap",
            value=f"{found['SwapTotal'] / 1e9:.1f} GB",
            good="note",
            advice="A sandbox cannot swap, where the engine can limit it; the rest of this host can.",
        )


def _disk(state: Path) -> Fact:
    free = shutil.disk_usage(state).free
    few = free < DISK_LEAST
    return Fact(
        name="disk",
        value=f"{free / 1e9:.1f} GB free at {state}",
        good="warning" if few else "ok",
        advice=f"Less than {DISK_LEAST >> 30} GiB: images and interviews need more." if few else "",
    )


def _gpu() -> Fact:
    cards = sorted(path.name for path in Path("/dev").glob("nvidia[0-9]*"))
    if cards:
        return Fact(name="GPU", value=f"{len(cards)}: {', '.join(cards)}")
    return Fact(name="GPU", value="none", good="ok", advice="")


def _browser() -> Fact:
    for name in BROWSERS:
        if path := shutil.which(name):
            return Fact(name="browser", value=path)
    return Fact(name="browser", value="none here", good="ok", advice="")
