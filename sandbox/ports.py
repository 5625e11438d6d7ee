"""What the control plane needs from outside, and the faults it must expect.

What the candidate's code does is a value. What our machinery fails to do is an exception.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from isolation.contract import Device
from wire.scorecard import Progress, Scorecard

KernelState = Literal["starting", "idle", "busy", "dead"]
OutputKind = Literal["stdout", "stderr", "result", "display", "update", "error", "clear"]
Tool = Literal["tests", "bench"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """One piece of what running code showed. Hostile: parsed strictly, bounded, never trusted."""

    kind: OutputKind
    text: str = ""
    """stdout, stderr: a chunk. error: the traceback with ANSI colours. result, display: text/plain."""
    image: str = ""
    """A ``data:image/png;base64,`` or ``data:image/jpeg;base64,`` address, or empty."""
    html: str = ""
    """text/html, for a frame without scripts and without our origin; or empty."""
    id: str = ""
    """display: a name by which it can be replaced; update: of what it replaces."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """The last item of an execution."""

    outcome: Literal["ok", "error", "interrupted", "died", "timed_out", "flooded"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolLine:
    """One JSON line that a tool (visible tests, bench) printed on its way; already parsed, bounded."""

    payload: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Completions:
    matches: Sequence[str]
    start: int
    end: int


class SandboxFault(Exception):
    """The sandbox could not be started or reached. Safe to show; says what to do."""


class Terminal(Protocol):
    """A shell in the sandbox. What it prints is hostile."""

    def output(self) -> AsyncIterator[str]:
        """Chunks as they come, until the shell ends. Raises SandboxFault."""
        ...

    async def write(self, text: str) -> None:
        """Raises SandboxFault when the shell is gone."""
        ...

    async def resize(self, rows: int, columns: int) -> None:
        """Raises SandboxFault when the shell is gone."""
        ...

    async def close(self) -> None: ...


class Workbench(Protocol):
    """One candidate's living sandbox: files, a kernel, and the challenge's tools."""

    async def write_files(self, files: Mapping[str, str]) -> None:
        """Make the workspace hold exactly these Python files. Raises SandboxFault."""
        ...

    def execute(self, code: str) -> AsyncIterator[Output | Finished]:
        """Run code in the kernel; the last item is a `Finished`. One at a time. Raises SandboxFault."""
        ...

    def run_tool(self, tool: Tool) -> AsyncIterator[ToolLine | Output | Finished]:
        """Run the visible tests or the bench in a process of their own, beside the kernel.

        Ends with a `Finished`, ``timed_out`` past the tool's own limit. Raises SandboxFault.
        """
        ...

    async def complete(self, code: str, cursor: int) -> Completions:
        """Completion from the living kernel, also while it is busy; empty when it does not answer."""
        ...

    async def inspect(self, code: str, cursor: int) -> str:
        """What the living kernel knows of the object before the cursor, also while it is busy; or empty."""
        ...

    async def open_terminal(self, rows: int, columns: int) -> Terminal:
        """A shell in the workspace, beside the kernel. Raises SandboxFault."""
        ...

    async def interrupt(self) -> None: ...

    async def restart(self) -> None:
        """A fresh kernel; files stay. Raises SandboxFault."""
        ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolStatus:
    """Sandboxes that stand ready, for the host's page."""

    size: int
    """How many are wanted; 0: none are kept."""
    ready: int
    starting: bool
    reason: str
    """Why there are fewer than wanted, in words; empty when nothing went wrong."""
    retry_in_s: int


class Sandboxes(Protocol):
    """Opens workbenches."""

    @property
    def runtime(self) -> str:
        """docker or embedded."""
        ...

    @property
    def caveats(self) -> Sequence[str]:
        """What the runtime does not promise here, for the interviewer's page."""
        ...

    @property
    def pool(self) -> PoolStatus: ...

    async def devices(self) -> Sequence[Device]:
        """The GPUs of this host that a sandbox can be given, read now. Raises SandboxFault."""
        ...

    def prepare(self, visible: str, imports: Sequence[str]) -> None:
        """In the background: find out whether candidates may be let in, and keep sandboxes ready for the
        challenge ``visible``, with the modules ``imports`` imported."""
        ...

    async def open(
        self,
        interview: str,
        *,
        on_kernel: Callable[[KernelState], None],
        on_step: Callable[[str], None],
        visible: str,
        device: str,
    ) -> Workbench:
        """A sandbox with a live kernel that nobody has used. ``visible`` is the challenge folder's slug whose
        visible/ is shown inside, ``device`` the id of the GPU that it gets, or empty. Both callbacks run in
        the event loop: ``on_kernel`` on each change, ``on_step`` with a few words on what is waited for.
        Raises SandboxFault."""
        ...

    async def close(self) -> None:
        """End what stands ready. Workbenches that were opened are their owners' to close."""
        ...

    async def reap(self) -> int:
        """End every sandbox that a crashed process left; how many there were."""
        ...


class JudgeFault(Exception):
    """No scorecard, through no fault of the candidate. Safe to show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """The judge could not take the files as a submission; the candidate is told why and may submit again."""

    reason: str


class Judge(Protocol):
    async def judge(
        self,
        files: Mapping[str, str],
        *,
        challenge: str,
        seed: int,
        budget: Literal["quick", "full"],
        on_progress: Callable[[Progress], None],
    ) -> Scorecard | Unreadable:
        """Judge a snapshot in a process of its own. Raises JudgeFault."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """To a system of somebody else. Its headers hold keys."""

    method: str
    url: str
    headers: dict[str, str] = field(repr=False)
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back of a request; without a status, why nothing did."""

    status: int | None
    retry_after: str = ""
    body: bytes = b""
    """Its beginning."""
    fault: str = ""


class Courier(Protocol):
    async def send(self, request: Request) -> Answer:
        """One request, once, within seconds. What goes wrong on the way is an answer without a status."""
        ...
