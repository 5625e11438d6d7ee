"""What a tree of processes has used, by proc(5): for jails that no control group counts.

Less exact than a control group: in steps of a hundredth of a second, and a child that nobody waits for is
lost. Peak memory is not here, since pages that processes share would be counted for each.
"""

from __future__ import annotations

import os
from pathlib import Path

from isolation.contract import Usage

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_SPENT = slice(11, 15)  # utime, stime, and those of children that were waited for: fields 14 to 17


def usage(root: int) -> Usage:
    """Of the process ``root`` and all below it; unknown when it is gone."""
    ticks: int | None = None
    waiting = [root]
    while waiting:
        pid = waiting.pop()
        try:
            text = Path(f"/proc/{pid}/stat").read_text()
            waiting += _children(pid)
        except OSError:  # it ended meanwhile; what it used is its parent's now
            continue
        # The command's name may hold spaces and parentheses.
        ticks = (ticks or 0) + sum(int(field) for field in text.rpartition(")")[2].split()[_SPENT])
    return Usage(cpu_s=None if ticks is None else ticks / _TICKS_PER_S, peak_memory_bytes=None)


def _children(pid: int) -> list[int]:
    """Raises OSError, also where the kernel keeps no such list (CONFIG_PROC_CHILDREN)."""
    found: list[int] = []
    for thread in Path(f"/proc/{pid}/task").iterdir():
        found += map(int, (thread / "children").read_text().split())
    return found
