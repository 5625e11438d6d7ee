"""What must hold after any specimen, whatever it tried: nothing of it is left, and the judge did not grow."""

from __future__ import annotations

import ctypes
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

MOST_GROWTH = 192 << 20
"""Bytes of the judge's memory that a judgement may leave in use: rows kept for speed, and no ledger."""
MARK = "probe-zoo-mark"
"""Part of the name of every file that a specimen leaves for a later one to find."""
MARKED = (Path("/tmp"), Path("/dev/shm"), Path("/var/tmp"))  # where a jail's own must lie over the host's

DEAD = "Z"
"""An ended process whose status nobody has asked for yet: init would have, were orphans not adopted."""
_PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans(adopt: bool = True) -> None:
    """Make this process the parent of whatever its descendants leave, so that nothing can hide from it."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, int(adopt))


@dataclass(frozen=True, slots=True)
class Standing:
    """The state before a judgement."""

    files: frozenset[Path]
    processes: frozenset[int]
    memory_bytes: int
    descriptors: int

    @classmethod
    def now(cls) -> Standing:
        return cls(
            files=frozenset(_files()),
            processes=frozenset(_descendants(os.getpid())),
            memory_bytes=_memory_bytes(),
            descriptors=len(os.listdir("/proc/self/fd")),
        )

    def faults(self) -> tuple[str, ...]:
        """What has changed since, that must not."""
        now = Standing.now()
        faults = [f"left {path}" for path in sorted(now.files - self.files)]
        faults += [f"left the process {_command(pid)}" for pid in sorted(now.processes - self.processes)]
        if now.memory_bytes - self.memory_bytes > MOST_GROWTH:
            faults.append(f"the judge grew by {(now.memory_bytes - self.memory_bytes) >> 20} MiB")
        if now.descriptors > self.descriptors:
            faults.append(f"the judge has {now.descriptors - self.descriptors} more open descriptors")
        return tuple(faults)


def _files() -> list[Path]:
    marked = [path for folder in MARKED for path in folder.glob(f"*{MARK}*")]
    return [*Path(tempfile.gettempdir()).glob("*"), *marked]


def _descendants(root: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdecimal():
                state, parent = _state_and_parent(entry)
                if state == DEAD:
                    continue
                children.setdefault(parent, []).append(int(entry.name))
        except OSError:
            continue
    found, waiting = [], [root]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


def _state_and_parent(entry: Path) -> tuple[str, int]:
    fields = (entry / "stat").read_text().rpartition(")")[2].split()
    return fields[0], int(fields[1])


def _command(pid: int) -> str:
    try:
        return f"{pid} {(Path('/proc') / str(pid) / 'cmdline').read_bytes()[:80]!r}"
    except OSError:
        return str(pid)


def _memory_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
