"""Limits on a group of processes, and what the group has used, by the kernel's control groups.

Knows version 1 (a folder in each controller's tree) and version 2 (one folder). Where neither can be
written, `find` says why and the caller must say which limits do not hold. Killing and naming jails is
others' work.

Files: https://docs.kernel.org/admin-guide/cgroup-v2.html and .../cgroup-v1/.
"""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from isolation.contract import Limits, RuntimeFault, Usage

ROOT = Path("/sys/fs/cgroup")
FOLDER = "probe-jails"
PERIOD_US = 100_000
_V1_CONTROLLERS = ("memory", "pids", "cpu", "cpuacct")
_V2_CONTROLLERS = ("memory", "pids", "cpu")
_GONE_WITHIN_S = 30.0
"""The killed die on the jail's own share of the processors. Sixty forked ones took more than 5 s on a host
with a load of 40, and whoever forks them must not end a judgement as if the fault were ours."""
_POLL_S = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The limits of one jail. Its folders exist until `remove`."""

    version: Literal[1, 2]
    folders: tuple[Path, ...]

    @property
    def doors(self) -> tuple[Path, ...]:
        """A process that writes 0 into each of these files is inside."""
        return tuple(folder / "cgroup.procs" for folder in self.folders)

    def usage(self) -> Usage:
        if self.version == 1:
            spent_ns = self._number("cpuacct.usage")
            return Usage(
                cpu_s=None if spent_ns is None else spent_ns / 1e9,
                peak_memory_bytes=self._number("memory.max_usage_in_bytes"),
            )
        spent_us = self._entry("cpu.stat", "usage_usec")
        return Usage(
            cpu_s=None if spent_us is None else spent_us / 1e6,
            peak_memory_bytes=self._number("memory.peak"),
        )

    def ran_out_of_memory(self) -> bool:
        """Whether the kernel killed a process in here for memory."""
        name = "memory.oom_control" if self.version == 1 else "memory.events"
        return bool(self._entry(name, "oom_kill"))

    def kill(self) -> None:
        """SIGKILL to all inside until none is left. Raises RuntimeFault when some will not go."""
        deadline = time.monotonic() + _GONE_WITHIN_S
        while pids := self._pids():
            if time.monotonic() > deadline:
                raise RuntimeFault(f"Processes {sorted(pids)} do not end; end them by hand.")
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(_POLL_S)

    def remove(self) -> None:
        """Take the folders away; they must be empty. Raises RuntimeFault."""
        for folder in self.folders:
            _remove(folder)

    def _pids(self) -> set[int]:
        pids: set[int] = set()
        for door in self.doors:
            with contextlib.suppress(OSError):
                pids.update(int(line) for line in door.read_text().split())
        return pids

    def _text(self, name: str) -> str:
        for folder in self.folders:
            with contextlib.suppress(OSError):
                return (folder / name).read_text()
        return ""

    def _number(self, name: str) -> int | None:
        text = self._text(name).strip()
        return int(text) if text.isdigit() else None

    def _entry(self, name: str, key: str) -> int | None:
        for line in self._text(name).splitlines():
            words = line.split()
            if len(words) == 2 and words[0] == key:
                return int(words[1])
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hierarchy:
    """Where groups are made on this host."""

    version: Literal[1, 2]
    parents: tuple[Path, ...]
    """One for each version 1 controller; exactly one for version 2."""

    def make(self, name: str, limits: Limits) -> Group:
        """A group with every limit set; what one of that name left is ended. Raises RuntimeFault."""
        self.clear(name)
        group = self._group(name)
        try:
            for folder in group.folders:
                folder.mkdir()
            settings = _v1_settings(limits) if self.version == 1 else _v2_settings(limits)
            for file, value in settings:
                _write(group.folders, file, value)
        except OSError as error:
            with contextlib.suppress(RuntimeFault):
                group.remove()
            raise RuntimeFault(
                f"The limits of a jail cannot be set: {error}. See docs/isolation.md."
            ) from error
        return group

    def clear(self, name: str) -> None:
        """Kill what is in the group and remove it. One that is gone is fine. Raises RuntimeFault."""
        group = self._group(name)
        group.kill()
        group.remove()

    def _group(self, name: str) -> Group:
        return Group(version=self.version, folders=tuple(parent / name for parent in self.parents))


def of_process(pid: int, name: str, root: Path = ROOT, proc: Path = Path("/proc")) -> Group | None:
    """The group that somebody else made for a process, to read its use: a folder whose path holds ``name``.

    None when it cannot be seen from here, as from inside a container.
    """
    try:
        lines = (proc / str(pid) / "cgroup").read_text().splitlines()
    except OSError:
        return None
    version: Literal[1, 2] = 2 if (root / "cgroup.controllers").exists() else 1
    folders = []
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if name in path and version == 2 and not controllers:
            folders.append(root / path.lstrip("/"))
        elif name in path and version == 1:
            wanted = [each for each in controllers.split(",") if each in ("memory", "cpuacct")]
            folders += [root / controller / path.lstrip("/") for controller in wanted]
    if not folders or not all(folder.is_dir() for folder in folders):
        return None
    return Group(version=version, folders=tuple(folders))


def of_container(container: str, root: Path = ROOT) -> Group | None:
    """The group that an engine made for a container: ``docker/ID`` or ``system.slice/docker-ID.scope``.

    For a process in a container of its own, which sees no others in /proc but may be shown the host's tree.
    None when the tree is not to be seen, or the engine puts its containers deeper down.
    """
    if not container.isalnum():
        return None
    version: Literal[1, 2] = 2 if (root / "cgroup.controllers").exists() else 1
    trees = [root] if version == 2 else [root / "memory", root / "cpuacct"]
    found = [folder for tree in trees for folder in tree.glob(f"*/*{container}*")]
    return Group(version=version, folders=tuple(found)) if len(found) == len(trees) else None


def find(root: Path = ROOT) -> Hierarchy | None:
    """Where this process may make groups with all limits, or None."""
    if (root / "cgroup.controllers").exists():
        return _find_v2(root)
    parents = tuple(dict.fromkeys((root / name).resolve() / FOLDER for name in _V1_CONTROLLERS))
    if not all(_usable(parent) for parent in parents):
        return None
    return Hierarchy(version=1, parents=parents)


def _find_v2(root: Path) -> Hierarchy | None:
    parent = root / FOLDER
    wanted = " ".join(f"+{name}" for name in _V2_CONTROLLERS)
    if not _usable(parent):
        return None
    try:
        # Controllers are handed down a level at a time. Inside a container the root of the tree is not
        # the real root and refuses this while processes live in it.
        (root / "cgroup.subtree_control").write_text(wanted)
        (parent / "cgroup.subtree_control").write_text(wanted)
    except OSError:
        return None
    return Hierarchy(version=2, parents=(parent,))


def _usable(parent: Path) -> bool:
    try:
        parent.mkdir(exist_ok=True)
    except OSError:
        return False
    return os.access(parent, os.W_OK)


def _v1_settings(limits: Limits) -> list[tuple[str, int | str]]:
    return [
        ("memory.limit_in_bytes", limits.memory_bytes),
        ("memory.memsw.limit_in_bytes", limits.memory_bytes),
        ("pids.max", limits.pids),
        ("cpu.cfs_period_us", PERIOD_US),
        ("cpu.cfs_quota_us", int(limits.cpus * PERIOD_US)),
    ]


def _v2_settings(limits: Limits) -> list[tuple[str, int | str]]:
    return [
        ("memory.max", limits.memory_bytes),
        ("memory.swap.max", 0),
        ("pids.max", limits.pids),
        ("cpu.max", f"{int(limits.cpus * PERIOD_US)} {PERIOD_US}"),
    ]


_SWAP_FILES = ("memory.memsw.limit_in_bytes", "memory.swap.max")


def _write(folders: tuple[Path, ...], file: str, value: int | str) -> None:
    target = next((folder / file for folder in folders if (folder / file).exists()), None)
    if target is None:
        if file in _SWAP_FILES:  # a kernel without swap accounting, or without swap, has no such file
            return
        raise FileNotFoundError(errno.ENOENT, "no such control", file)
    target.write_text(str(value))


def _remove(folder: Path) -> None:
    deadline = time.monotonic() + _GONE_WITHIN_S
    while True:
        try:
            folder.rmdir()
            return
        except FileNotFoundError:
            return
        except OSError as error:  # EBUSY for some milliseconds after the last process died
            if time.monotonic() > deadline:
                raise RuntimeFault(f"{folder} cannot be removed: {error}") from error
        time.sleep(_POLL_S)
