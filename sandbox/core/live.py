"""What is true of a room now and is not worth recording. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sandbox.core.events import Author
from sandbox.ports import KernelState
from wire.scorecard import Progress

SandboxState = Literal["off", "starting", "ready", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """What is true now and is not worth recording."""

    tabs: dict[Author, int]
    """Open connections by who holds them."""
    sandbox: SandboxState = "off"
    sandbox_message: str = ""
    kernel: KernelState = "dead"
    kernel_run: int | None = None
    device: str = ""
    """Name of the GPU that the sandbox has; empty while it has none."""
    devices_ahead: int | None = None
    """While it waits for a GPU: how many are served before."""
    judging: int | None = None
    """The judgement that the judge works on."""
    progress: Progress | None = None
    files_error: str = ""
    alert: str = ""
    """What stops the room for everybody, such as a full disk."""
