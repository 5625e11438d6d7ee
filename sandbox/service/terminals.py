"""The candidate's terminal: a shell in their sandbox, one a room, recorded as it prints.

What is typed waits in a queue; before a line is entered the document's files are written, so that the shell
sees what the editor shows. What is printed is bounded (`terminal_flow`), made harmless
(`core.terminal_text`), and recorded in small pieces.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field

from sandbox.core import events as ev
from sandbox.core.document import files_error
from sandbox.core.readiness import ready_to_run
from sandbox.core.refusal import NotAllowed
from sandbox.core.terminal_text import Neutraliser
from sandbox.ports import SandboxFault, Terminal, Workbench
from sandbox.rooms.room import Room
from sandbox.service.benches import Benches
from sandbox.service.tasks import Tasks
from sandbox.service.terminal_flow import FLOOD, TerminalFlow

FLUSH_S = 0.05
"""Between two pieces; the first after a pause is recorded at once, so that an echo is not late."""
RESUME_S = 0.25
MAX_INTERVIEW_CHARS = 8 * 1024 * 1024
"""Shown by all terminals of one interview."""
MAX_WAITING = 256
_INTERRUPT = "\x03"
_SPENT = "the interview's space for terminals is used up"


@dataclass(slots=True, eq=False)
class _Session:
    room: Room
    bench: Workbench
    shell: Terminal
    flow: TerminalFlow
    neutral: Neutraliser = field(default_factory=Neutraliser)
    typed: asyncio.Queue[str] = field(default_factory=lambda: asyncio.Queue(MAX_WAITING))
    files: dict[str, str] = field(default_factory=dict)
    shown: str = ""
    """Waits to be recorded."""
    recorded_at: float = 0.0
    due: asyncio.TimerHandle | None = None
    warned: bool = False
    why: str = "the server was stopped"
    task: asyncio.Task[None] | None = None


class Terminals:
    def __init__(self, benches: Benches, tasks: Tasks) -> None:
        self._benches, self._tasks = benches, tasks
        self._sessions: dict[str, _Session] = {}
        self._opening: set[str] = set()

    async def open(self, room: Room, rows: int, columns: int) -> None:
        """A terminal of that size; one that is open is resized. Raises NotAllowed and StorageFault."""
        ready_to_run(room.interview)
        if room.id in self._sessions:
            await self.resize(room, rows, columns)
            return
        if room.id in self._opening:
            return
        if room.terminal_chars >= MAX_INTERVIEW_CHARS:
            raise NotAllowed(
                "This interview has used up its space for terminals. Run files and cells instead."
            )
        bench = self._benches.get(room)
        self._opening.add(room.id)
        try:
            shell = await bench.open_terminal(rows, columns)
        except SandboxFault as fault:
            raise NotAllowed(str(fault)) from fault
        finally:
            self._opening.discard(room.id)
        flow = TerminalFlow(allowance=MAX_INTERVIEW_CHARS - room.terminal_chars, now=self._now())
        session = _Session(room=room, bench=bench, shell=shell, flow=flow)
        self._sessions[room.id] = session
        recorded = room.record("candidate", ev.TerminalOpened(rows=rows, columns=columns))
        session.task = self._tasks.start(self._live(session), name=f"terminal of {room.id}")
        await recorded

    async def type(self, room: Room, author: ev.Author, text: str) -> None:
        """Another person's first keys are recorded as theirs. Raises NotAllowed and StorageFault."""
        ready_to_run(room.interview)
        try:
            self._session(room).typed.put_nowait(text)
        except asyncio.QueueFull:
            raise NotAllowed("The terminal does not read what is typed. Interrupt it, or close it.") from None
        if room.interview.work.typist != author:
            await room.record(author, ev.TerminalTyped(by=author))

    async def resize(self, room: Room, rows: int, columns: int) -> None:
        """Raises NotAllowed and StorageFault."""
        session, size = self._session(room), room.interview.work.terminal
        if size is not None and (size.rows, size.columns) == (rows, columns):
            return
        try:
            await session.shell.resize(rows, columns)
        except SandboxFault as fault:
            raise NotAllowed(str(fault)) from fault
        await room.record("candidate", ev.TerminalResized(rows=rows, columns=columns))

    async def close(self, room: Room, why: str) -> None:
        """End the room's terminal and wait for it; none is fine."""
        session = self._sessions.get(room.id)
        if session is not None and session.task is not None:
            session.why = why
            session.task.cancel()
            await asyncio.gather(session.task, return_exceptions=True)

    def _session(self, room: Room) -> _Session:
        if (session := self._sessions.get(room.id)) is None:
            raise NotAllowed("No terminal is open. Open one.")
        return session

    async def _live(self, session: _Session) -> None:
        """From the shell's first word to its last, whatever ends it."""
        typing = asyncio.create_task(self._write_typed(session))
        try:
            async for text in session.shell.output():
                await self._show(session, text)
                if session.flow.spent:
                    session.why = _SPENT
                    return
            session.why = "the shell has ended"
        except SandboxFault as fault:
            session.why = str(fault)
        finally:
            typing.cancel()
            await asyncio.gather(typing, return_exceptions=True)
            self._end(session)
            await session.shell.close()

    def _end(self, session: _Session) -> None:
        del self._sessions[session.room.id]
        if session.due is not None:
            session.due.cancel()
        self._record(session)
        session.room.record("server", ev.TerminalClosed(why=session.why))

    async def _write_typed(self, session: _Session) -> None:
        with contextlib.suppress(SandboxFault):  # the reading side says what has happened
            while True:
                text = await session.typed.get()
                if "\r" in text or "\n" in text:
                    await self._write_files(session)
                await session.shell.write(text)

    async def _write_files(self, session: _Session) -> None:
        files = session.room.document.files()
        if files != session.files and not files_error(files):
            await session.bench.write_files(files)
            session.files = files

    async def _show(self, session: _Session, text: str) -> None:
        session.shown += session.neutral.feed(session.flow.admit(text, self._now()))
        self._schedule(session)
        if session.flow.left_out > FLOOD and not session.warned:
            session.warned = True
            await session.shell.write(_INTERRUPT)
        if session.flow.left_out > 4 * FLOOD:
            raise SandboxFault("it printed without end and did not stop when interrupted")

    def _schedule(self, session: _Session) -> None:
        if session.due is not None:
            return
        wait = RESUME_S if session.flow.left_out else FLUSH_S
        delay = max(0.0, session.recorded_at + wait - self._now())
        session.due = asyncio.get_running_loop().call_later(delay, self._flush, session)

    def _flush(self, session: _Session) -> None:
        session.due = None
        resumed = session.flow.resume(self._now())
        session.warned = session.warned and not resumed
        session.shown += session.neutral.feed(resumed)
        self._record(session)
        if session.flow.left_out:
            self._schedule(session)

    def _record(self, session: _Session) -> None:
        session.recorded_at = self._now()
        shown, session.shown = session.shown, ""
        if shown:
            session.room.record("server", ev.TerminalShown(text=shown))

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()
