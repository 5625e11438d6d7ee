"""Runs the candidate's code: files from the document into the sandbox, outputs from it into the log.

One run of the kernel and one tool (tests, bench) at a time; a tool has a process of its own. Outputs are
recorded in small batches and bounded, since whoever prints is not trusted.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Coroutine
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, cast

from sandbox.core import events as ev
from sandbox.core.document import cell_at, files_error, files_sha256, lines_between, text_sha256
from sandbox.core.readiness import ready_to_run
from sandbox.core.refusal import NotAllowed
from sandbox.core.tool_lines import parse_tool_line
from sandbox.core.work import MAX_TOOL_ROWS
from sandbox.ports import Finished, Output, SandboxFault, Tool, ToolLine, Workbench
from sandbox.rooms.room import Room
from sandbox.service.benches import Benches
from sandbox.service.output_batch import OutputBatch
from sandbox.service.tasks import Tasks
from sandbox.store.database import StorageFault

FLUSH_S = 0.05
MAX_INTERVIEW_BYTES = 48 * 1024 * 1024
"""Outputs of all runs of one interview."""
MAX_TOOL_CHARS = 256 * 1024
"""Of all lines of one run of a tool: every view carries the latest report."""


@dataclass(frozen=True, slots=True)
class _Active:
    run: int
    task: asyncio.Task[None]


class Running:
    def __init__(self, benches: Benches, tasks: Tasks) -> None:
        self._benches, self._tasks = benches, tasks
        self._kernels: dict[str, _Active] = {}
        self._tools: dict[str, _Active] = {}
        self._interrupted: set[tuple[str, int]] = set()
        """Runs that were asked to stop: `%run` swallows the interrupt and would claim to have gone well."""

    async def run(self, room: Room, path: str, line: int | None, end: int | None) -> dict[str, Any]:
        """Start a file, the cell at ``line``, or lines to ``end``. Raises NotAllowed and StorageFault."""
        files = _runnable_files(room)
        if path not in files:
            raise NotAllowed(f"There is no file {path!r} any more.")
        if room.id in self._kernels:
            raise NotAllowed("The kernel is busy. Wait for the run to end, or interrupt it.")
        bench = self._benches.get(room)
        if room.live.kernel == "dead":
            raise NotAllowed("The kernel has died. Press Restart for a new one; your files stay.")
        source = _source(path, files, line, end)
        started = _started(room, source.kind, source.label, source.sha256)
        recorded = room.record("candidate", started)
        work = self._follow(room, bench, started.run, files, recorded, bench.execute(source.code))
        self._start(room, self._kernels, started.run, work)
        room.now_live(kernel_run=started.run)
        await recorded
        return {"run": started.run}

    async def run_tool(self, room: Room, tool: Tool) -> dict[str, Any]:
        """Start the visible tests or the bench. Raises NotAllowed and StorageFault."""
        files = _runnable_files(room)
        if room.id in self._tools:
            raise NotAllowed("Tests or the bench are running already. Wait, or interrupt them.")
        bench = self._benches.get(room)
        started = _started(room, tool, {"tests": "Tests", "bench": "Bench"}[tool], files_sha256(files))
        recorded = room.record("candidate", started)
        work = self._follow(room, bench, started.run, files, recorded, bench.run_tool(tool))
        self._start(room, self._tools, started.run, work)
        await recorded
        return {"run": started.run}

    async def interrupt(self, room: Room) -> None:
        """Stop what runs; nothing running is fine."""
        if (tool := self._tools.get(room.id)) is not None:
            tool.task.cancel()
        kernel = self._kernels.get(room.id)
        if kernel is not None and (bench := self._benches.find(room)) is not None:
            self._interrupted.add((room.id, kernel.run))
            await bench.interrupt()

    async def restart(self, room: Room) -> None:
        """A fresh kernel, or a fresh sandbox where there is none. Raises NotAllowed."""
        if not room.interview.consented or room.interview.stage == "finished":
            raise NotAllowed("There is no kernel in this stage.")
        if (bench := self._benches.find(room)) is None:
            self._benches.start(room)
            return
        await room.record("candidate", ev.KernelRestarted())
        if (active := self._kernels.get(room.id)) is not None:
            active.task.cancel()
            await asyncio.gather(active.task, return_exceptions=True)
        try:
            await bench.restart()
        except SandboxFault as fault:
            self._benches.lost(room, fault)
            raise NotAllowed(str(fault)) from fault

    async def complete(self, room: Room, code: str, cursor: int) -> dict[str, Any]:
        nothing = {"matches": [], "start": cursor, "end": cursor}
        if (bench := self._benches.find(room)) is None:
            return nothing
        try:
            found = await bench.complete(code, cursor)
        except SandboxFault:
            return nothing
        return {
            "matches": [one[:200] for one in list(found.matches)[:200]],
            "start": found.start,
            "end": found.end,
        }

    async def inspect(self, room: Room, code: str, cursor: int) -> dict[str, Any]:
        bench = self._benches.find(room)
        try:
            return {"text": "" if bench is None else await bench.inspect(code, cursor)}
        except SandboxFault:
            return {"text": ""}

    async def stop(self, room: Room) -> None:
        """End everything of a room and wait for it."""
        active = [one for one in (self._kernels.get(room.id), self._tools.get(room.id)) if one is not None]
        for one in active:
            one.task.cancel()
        await asyncio.gather(*(one.task for one in active), return_exceptions=True)

    # -- the work itself

    def _start(
        self, room: Room, active: dict[str, _Active], run: int, work: Coroutine[Any, Any, None]
    ) -> None:
        """Begin, in the same breath as it was decided: a second click finds it running."""
        task = self._tasks.start(work, name=f"run {run} of {room.id}")
        active[room.id] = _Active(run, task)

        def ended(_task: asyncio.Task[None]) -> None:
            active.pop(room.id, None)
            self._interrupted.discard((room.id, run))
            if room.live.kernel_run == run:
                room.now_live(kernel_run=None)
            # Cancelled before it could begin, it has not said how it ended.
            begun = room.interview.work.run(run)
            if begun is not None and begun.outcome is None:
                room.record("server", ev.RunFinished(run=run, outcome="interrupted"))

        task.add_done_callback(ended)

    async def _follow(
        self,
        room: Room,
        bench: Workbench,
        run: int,
        files: dict[str, str],
        recorded: Awaitable[None],
        items: AsyncIterator[Output | ToolLine | Finished],
    ) -> None:
        """Record what a run shows until it ends, whatever ends it."""
        try:
            await recorded
        except StorageFault:
            return  # whoever asked has been refused
        batch = OutputBatch(allowance=MAX_INTERVIEW_BYTES - room.output_chars)
        outcome: ev.RunOutcome = "died"
        ignored, reported, flushed_at = 0, 0, time.monotonic()

        def flush() -> None:
            nonlocal flushed_at
            flushed_at = time.monotonic()
            if outputs := batch.take():
                room.record("server", ev.OutputsShown(run=run, outputs=outputs))

        try:
            await bench.write_files(files)
            # Both are closed here, the inner one first: it may be waiting for the outer one's next item.
            async with (
                aclosing(cast("Any", items)) as stream,
                aclosing(_with_pauses(stream, FLUSH_S)) as paced,
            ):
                async for item in paced:
                    match item:
                        case Output():
                            batch.add(item)
                        case ToolLine(payload=payload):
                            reported += len(str(payload))
                            fits = reported <= MAX_TOOL_CHARS
                            ignored += not (fits and self._record_line(room, run, item))
                        case Finished(outcome=outcome):
                            stopped = (room.id, run) in self._interrupted
                            outcome = "interrupted" if stopped and outcome in ("ok", "error") else outcome
                    if item is None or time.monotonic() - flushed_at > FLUSH_S:
                        flush()
                        await room.settled()
        except asyncio.CancelledError:
            outcome = "interrupted"
            raise
        except SandboxFault as fault:
            batch.add(Output(kind="stderr", text=f"{fault}\n"))
            self._benches.lost(room, fault)
        except StorageFault:
            pass  # the room says so; the run's end is recorded if the disk lets us
        finally:
            flush()
            room.record("server", ev.RunFinished(run=run, outcome=outcome, ignored_lines=ignored))

    def _record_line(self, room: Room, run: int, line: ToolLine) -> bool:
        """Whether the line was in its tool's format and there was room for it."""
        events = parse_tool_line(run, line.payload)
        if events is None or room.interview.work.tool_rows(run) >= MAX_TOOL_ROWS:
            return False
        if events:
            room.record("server", *events)
        return True


def _runnable_files(room: Room) -> dict[str, str]:
    ready_to_run(room.interview)
    files = room.document.files()
    if problem := files_error(files):
        raise NotAllowed(problem)
    if room.output_chars >= MAX_INTERVIEW_BYTES:
        raise NotAllowed(
            "This interview has used up its space for outputs. Go on without running, then submit."
        )
    return files


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    kind: ev.RunKind
    code: str
    label: str
    sha256: str


def _source(path: str, files: dict[str, str], line: int | None, end: int | None) -> _Source:
    if line is None:
        return _Source(kind="file", code=f"%run {path}", label=path, sha256=files_sha256(files))
    if end is None:
        cell = cell_at(files[path], line)
        label = f"{path}:{cell.first_line}" + (f" {cell.title[:60]}" if cell.title else "")
        return _Source(kind="cell", code=cell.source, label=label, sha256=text_sha256(cell.source))
    code = lines_between(files[path], line, end)
    label = f"{path}:{line}" + (f"-{end}" if end > line else "")
    return _Source(kind="selection", code=code, label=label, sha256=text_sha256(code))


def _started(room: Room, kind: ev.RunKind, label: str, sha256: str) -> ev.RunStarted:
    run = room.interview.work.next_run
    return ev.RunStarted(run=run, run_kind=kind, label=label, sha256=sha256)


async def _with_pauses(items: AsyncIterator[Any], pause_s: float) -> AsyncGenerator[Any, None]:
    """The items, and None whenever nothing has come for ``pause_s``."""
    coming: asyncio.Future[Any] | None = None
    try:
        while True:
            coming = coming or asyncio.ensure_future(anext(items))
            done, _ = await asyncio.wait({coming}, timeout=pause_s)
            if not done:
                yield None
                continue
            finished, coming = coming, None
            try:
                item = finished.result()
            except StopAsyncIteration:
                return
            yield item
    finally:
        if coming is not None:
            coming.cancel()
            await asyncio.gather(coming, return_exceptions=True)
