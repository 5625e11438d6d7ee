"""What must hold after any case: nothing of it is left, and whoever held it did not grow.

Beyond what the zoo asks (`tests.zoo.standing`): no jail, no mount, and no process of the host was ended.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

from isolation.contract import Runtime
from tests.zoo.standing import Standing as Left

GONE_WITHIN_S = 5.0
KEPT_OPEN = 26
"""Connections that the SDK keeps for later, at most (`docker.constants.DEFAULT_NUM_POOLS`, and its ping)."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The state before the first case."""

    left: Left
    runtime: Runtime
    bystander: int
    mark: str
    """In the names of our jails: the host may hold others."""
    folder: Path

    @classmethod
    def now(cls, runtime: Runtime, bystander: int, mark: str, folder: Path) -> Standing:
        return cls(left=Left.now(), runtime=runtime, bystander=bystander, mark=mark, folder=folder)

    def faults(self, *, processes: bool) -> tuple[str, ...]:
        """What has changed since, that must not; what dies gets a moment to be gone.

        ``processes`` is false while there are others of ours, with files and connections of theirs.
        """
        deadline = time.monotonic() + GONE_WITHIN_S
        while (found := self._faults(processes)) and time.monotonic() < deadline:
            time.sleep(0.05)
        return found

    def _faults(self, processes: bool) -> tuple[str, ...]:
        found = [fault for fault in self.left.faults() if self._counts(fault, processes)]
        found += [f"left the jail {name}" for name in self.runtime.owned() if self.mark in name]
        if str(self.folder) in Path("/proc/self/mountinfo").read_text():
            found.append(f"left a mount of {self.folder}")
        try:
            os.kill(self.bystander, 0)
        except OSError:
            found.append("a process of the host was ended")
        return tuple(found)

    def _counts(self, fault: str, processes: bool) -> bool:
        if fault.endswith("more open descriptors") and self.runtime.name == "docker":
            open_now = len(list(Path("/proc/self/fd").iterdir()))
            return processes and open_now > self.left.descriptors + KEPT_OPEN
        return processes or fault.startswith("the judge grew")
