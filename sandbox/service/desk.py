"""Answers commands: checks who asks, decides, records, and starts what has to be started."""

from __future__ import annotations

from typing import Any

from sandbox.core import commands as cmd
from sandbox.core import events as ev
from sandbox.core.access import allowed, role_of
from sandbox.core.decide import decide
from sandbox.core.refusal import NotAllowed
from sandbox.rooms.room import Room
from sandbox.service.benches import Benches
from sandbox.service.judging import Judging
from sandbox.service.running import Running
from sandbox.service.tasks import Tasks
from sandbox.service.terminals import Terminals


class Desk:
    def __init__(
        self,
        *,
        findings: frozenset[str],
        benches: Benches,
        running: Running,
        terminals: Terminals,
        judging: Judging,
        tasks: Tasks,
    ) -> None:
        self._findings, self._tasks = findings, tasks
        self._benches, self._running, self._judging = benches, running, judging
        self._terminals = terminals

    async def arrived(self, room: Room) -> None:
        """Somebody has opened the room: after a restart of the server its sandbox comes back."""
        if room.interview.consented and room.interview.stage != "finished":
            self._benches.start(room)

    async def answer(self, room: Room, author: ev.Author, command: cmd.Command) -> dict[str, Any] | None:
        """The command's result. Raises NotAllowed, and StorageFault when it could not be recorded.

        ``author``: whoever the connection belongs to.
        """
        together = room.interview.co_edit and room.interview.focus.until is None
        if not allowed(role_of(author), command.name, together=together):
            raise NotAllowed(f"That is not for the {role_of(author)}.")
        origin = room.origin(command.text) if isinstance(command, cmd.Paste) else "unknown"
        events = decide(room.interview, command, author=author, findings=self._findings, origin=origin)
        match command:
            case cmd.Run(path=path, line=line, end=end):
                return await self._running.run(room, path, line, end)
            case cmd.RunTests():
                return await self._running.run_tool(room, "tests")
            case cmd.RunBench():
                return await self._running.run_tool(room, "bench")
            case cmd.Interrupt():
                await self._running.interrupt(room)
            case cmd.Restart():
                await self._running.restart(room)
            case cmd.Complete(code=code, cursor=cursor):
                return await self._running.complete(room, code, cursor)
            case cmd.Inspect(code=code, cursor=cursor):
                return await self._running.inspect(room, code, cursor)
            case cmd.TerminalOpen(rows=rows, columns=columns):
                await self._terminals.open(room, rows, columns)
            case cmd.TerminalType(text=text):
                await self._terminals.type(room, author, text)
            case cmd.TerminalResize(rows=rows, columns=columns):
                await self._terminals.resize(room, rows, columns)
            case cmd.TerminalClose():
                await self._terminals.close(room, "the candidate closed it")
            case cmd.Submit():
                await self._judging.submit(room)
                await self._terminals.close(room, "the work was submitted")
            case cmd.JudgeNow(budget=budget):
                await self._judging.judge_now(room, budget, author=author)
            case cmd.Paste() | cmd.InputMethod():
                room.explained()
        if events:
            await self._record(room, author, events)
        return None

    async def _record(self, room: Room, author: ev.Author, events: list[ev.Event]) -> None:
        before = room.interview.stage
        for event in events:
            if isinstance(event, ev.StageMoved) and before == "filter":
                review = ev.ReviewFiled(summary=room.document.summary(), comments=room.document.comments())
                room.record("server", review)
        await room.record(author, *events)
        for event in events:
            if isinstance(event, ev.Consented):
                self._benches.start(room)
            elif isinstance(event, ev.StageMoved) and event.stage == "finished":
                self._tasks.start(self._end(room), name=f"end of {room.id}")

    async def _end(self, room: Room) -> None:
        await self._running.stop(room)
        await self._terminals.close(room, "the interview is over")
        await self._benches.stop(room)
