"""The candidate's sandbox as the control plane uses it: implements `sandbox.ports.Workbench`.

One kernel runs the candidate's code, a second one the challenge's tools, so that tests and bench work
while the first is busy. A dead kernel stays dead until `restart`; a dead sandbox is replaced by it.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing, suppress
from typing import Protocol

from sandbox.adapters.jupyter import JupyterServer
from sandbox.adapters.kernel import STOP_TIMEOUT_S, Kernel
from sandbox.adapters.shell import JupyterTerminal
from sandbox.adapters.tool_lines import LineReader
from sandbox.ports import Completions, Finished, KernelState, Output, SandboxFault, Tool, ToolLine

TOOL_LIMIT_S: Mapping[Tool, float] = {"tests": 120.0, "bench": 180.0}
_FILE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}")
_PYTHON = ".py"

# Runs in the tools kernel. The tool has a process group of its own, which ends with the cell however the
# cell ends: by itself, or by the interrupt that follows a time limit.
_RUN_TOOL = """
def _run_tool(name):
    import os, signal, sys
    from warm.forked import start
    reading, writing = os.pipe()
    with open(os.devnull) as nothing, open(reading, errors="replace") as lines:
        tool = start("probe_tools", [name], folder="/workspace", streams=(nothing.fileno(), writing, writing))
        os.close(writing)
        try:
            for line in lines:
                sys.stdout.write(line)
                sys.stdout.flush()
            code = tool.wait()
        finally:
            try:
                os.killpg(tool.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
    if code:
        raise SystemExit(f"the tool ended with exit status {code}")
_run_tool(TOOL)
"""


class Place(Protocol):
    """A running jail with a jupyter-server in it."""

    @property
    def server(self) -> JupyterServer: ...

    def alive(self) -> bool:
        """Raises SandboxFault."""
        ...

    async def stop(self) -> None: ...


class WarmPlace:
    """A place with a kernel that has imported the challenge's modules, ready for a workbench to move into."""

    def __init__(self, place: Place, kernel: Kernel) -> None:
        self.place, self.kernel = place, kernel

    @classmethod
    async def make(cls, place: Place, imports: Sequence[str]) -> WarmPlace:
        """Stops the place when it cannot be made warm. Raises SandboxFault."""
        try:
            return cls(place, await _warm_kernel(place, imports))
        except BaseException:
            await place.stop()
            raise

    async def healthy(self) -> bool:
        """Raises SandboxFault."""
        return self.kernel.alive and await asyncio.to_thread(self.place.alive)

    async def close(self) -> None:
        """Raises SandboxFault."""
        try:
            await self.place.stop()
        finally:
            await self.kernel.abandon()


class JupyterWorkbench:
    """Make one with `JupyterWorkbench.open`."""

    def __init__(
        self,
        place: Place,
        move: Callable[[], Awaitable[Place]],
        on_kernel: Callable[[KernelState], None],
    ) -> None:
        self._place = place
        self._move = move
        self._on_kernel = on_kernel
        self._kernel: Kernel | None = None
        self._tools: Kernel | None = None
        self._tool_running = False
        self._files: dict[str, str] = {}
        self._changing = asyncio.Lock()
        self._closed = False

    @classmethod
    async def open(
        cls,
        move: Callable[[], Awaitable[Place]],
        on_kernel: Callable[[KernelState], None],
        *,
        warm: WarmPlace | None = None,
    ) -> JupyterWorkbench:
        """In `warm`, or else in a fresh jail: `move` starts one each time it is called.

        Raises SandboxFault.
        """
        on_kernel("starting")
        if warm is not None:
            bench = cls(warm.place, move, on_kernel)
            bench._adopt(warm.kernel)
            return bench
        bench = cls(await move(), move, on_kernel)
        try:
            await bench._start_kernel()
        except BaseException:
            await bench.close()
            raise
        return bench

    async def write_files(self, files: Mapping[str, str]) -> None:
        """Raises SandboxFault, also for a name that is not one of a plain Python file."""
        for name in files:
            if not _FILE_NAME.fullmatch(name) or not name.endswith(_PYTHON):
                raise SandboxFault(f"{name!r} is no file name: letters, digits, _ . - and .py at the end.")
        async with self._changing:
            self._files = dict(files)
            await self._put_files()

    async def execute(self, code: str) -> AsyncIterator[Output | Finished]:
        """Raises SandboxFault when the kernel is not running, or busy."""
        kernel = self._kernel
        if kernel is None or not kernel.alive:
            raise SandboxFault("The kernel is not running. Restart it.")
        if kernel.busy:
            raise SandboxFault("Something runs already. Wait for it, or interrupt it.")
        self._on_kernel("busy")
        try:
            async with aclosing(kernel.execute(code)) as items:
                async for item in items:
                    yield item
        finally:
            if kernel is self._kernel and kernel.alive:
                self._on_kernel("idle")

    async def run_tool(self, tool: Tool) -> AsyncIterator[ToolLine | Output | Finished]:
        """Raises SandboxFault, also while a tool is running."""
        if self._tool_running:
            raise SandboxFault("The tests or the bench are running already. Wait for them.")
        self._tool_running = True
        try:
            kernel = await self._tools_kernel()
            async for item in self._run_tool(kernel, tool):
                yield item
        finally:
            self._tool_running = False

    async def complete(self, code: str, cursor: int) -> Completions:
        if self._kernel is None:
            return Completions(matches=(), start=0, end=0)
        return await self._kernel.complete(code, cursor)

    async def inspect(self, code: str, cursor: int) -> str:
        return "" if self._kernel is None else await self._kernel.inspect(code, cursor)

    async def open_terminal(self, rows: int, columns: int) -> JupyterTerminal:
        """Raises SandboxFault."""
        return await JupyterTerminal.start(self._place.server, rows, columns)

    async def interrupt(self) -> None:
        """Raises SandboxFault when the sandbox does not answer."""
        if self._kernel is not None and self._kernel.alive:
            await self._kernel.interrupt()

    async def restart(self) -> None:
        """A fresh kernel with the same files; in a fresh sandbox when the old one is beyond use."""
        async with self._changing:
            self._on_kernel("starting")
            old, self._kernel = self._kernel, None
            if old is not None:
                await old.close()
            try:
                await self._start_kernel()
            except SandboxFault:
                await self._replace_place()
                await self._start_kernel()

    async def close(self) -> None:
        self._closed = True
        await self._place.stop()
        for kernel in (self._kernel, self._tools):
            if kernel is not None:
                await kernel.abandon()
        self._kernel = self._tools = None

    async def _start_kernel(self) -> None:
        if not self._place.alive():
            raise SandboxFault("The sandbox has ended. Restart it.")
        self._adopt(await Kernel.start(self._place.server, lambda: None))

    def _adopt(self, kernel: Kernel) -> None:
        """The candidate's kernel from now on. One that has just died is dead like any other."""
        self._kernel = kernel
        kernel.belongs_to(self._died)
        self._on_kernel("idle" if kernel.alive else "dead")

    async def _replace_place(self) -> None:
        await self._place.stop()
        if self._tools is not None:
            await self._tools.abandon()
            self._tools = None
        self._place = await self._move()
        await self._put_files()

    async def _put_files(self) -> None:
        server = self._place.server
        for name in await server.listed_files():
            if name.endswith(_PYTHON) and name not in self._files and _FILE_NAME.fullmatch(name):
                await server.delete_file(name)
        for name, text in self._files.items():
            await server.write_file(name, text)

    async def _tools_kernel(self) -> Kernel:
        if self._tools is None or not self._tools.alive:
            self._tools = await Kernel.start(self._place.server, lambda: None)
        return self._tools

    async def _run_tool(self, kernel: Kernel, tool: Tool) -> AsyncIterator[ToolLine | Output | Finished]:
        lines = LineReader()
        limit = _Limit(kernel, TOOL_LIMIT_S[tool])
        finished = False
        try:
            async with aclosing(kernel.execute(_RUN_TOOL.replace("TOOL", repr(tool)))) as items:
                async for item in items:
                    if isinstance(item, Output) and item.kind == "stdout":
                        for line in lines.feed(item.text):
                            yield line
                        continue
                    if isinstance(item, Finished):
                        finished = True
                        for line in lines.end():
                            yield line
                        item = Finished(outcome="timed_out") if limit.passed else item
                    yield item
        finally:
            limit.cancel()
            if not finished or not kernel.alive:
                await self._end_tools()

    async def _end_tools(self) -> None:
        """Give up the tools kernel, so that the next tool gets a fresh one."""
        kernel, self._tools = self._tools, None
        if kernel is not None:
            with suppress(SandboxFault):
                await kernel.interrupt()
            await kernel.close()

    def _died(self) -> None:
        if not self._closed:
            self._on_kernel("dead")


async def _warm_kernel(place: Place, imports: Sequence[str]) -> Kernel:
    """Raises SandboxFault."""
    kernel = await Kernel.start(place.server, lambda: None)
    try:
        await kernel.import_modules(imports)
    except BaseException:
        await kernel.close()
        raise
    return kernel


class _Limit:
    """Interrupts a kernel after `seconds`, and gives it up when it goes on all the same."""

    def __init__(self, kernel: Kernel, seconds: float) -> None:
        self.passed = False
        self._kernel = kernel
        self._task = asyncio.create_task(self._run(seconds))

    def cancel(self) -> None:
        self._task.cancel()

    async def _run(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        self.passed = True
        with suppress(SandboxFault):
            await self._kernel.interrupt()
        await asyncio.sleep(STOP_TIMEOUT_S)
        self._kernel.give_up()
