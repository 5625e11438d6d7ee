"""The life of an interview's sandbox: started early so that the kernel is warm, closed when it is over."""

from __future__ import annotations

import asyncio
import logging

from sandbox.core.interview import NotAllowed
from sandbox.ports import KernelState, Sandboxes, SandboxFault, Workbench
from sandbox.rooms.room import Room
from sandbox.service.tasks import Tasks

_log = logging.getLogger(__name__)


class Benches:
    def __init__(self, sandboxes: Sandboxes, tasks: Tasks) -> None:
        self._sandboxes, self._tasks = sandboxes, tasks
        self._benches: dict[str, Workbench] = {}
        self._opening: dict[str, asyncio.Task[None]] = {}

    def start(self, room: Room) -> None:
        """Open the room's sandbox in the background; already open or opening is fine."""
        if room.id in self._benches or room.id in self._opening:
            return
        room.now_live(sandbox="starting", sandbox_message="", kernel="starting")
        self._opening[room.id] = self._tasks.start(self._open(room), name=f"sandbox of {room.id}")

    def get(self, room: Room) -> Workbench:
        """The open sandbox. Raises NotAllowed, with words, while there is none."""
        if (bench := self._benches.get(room.id)) is not None:
            return bench
        if room.id in self._opening:
            raise NotAllowed("The sandbox is still starting. Try again in a few seconds.")
        raise NotAllowed(room.live.sandbox_message or "There is no sandbox. Press Restart to start one.")

    def find(self, room: Room) -> Workbench | None:
        return self._benches.get(room.id)

    def lost(self, room: Room, fault: SandboxFault) -> None:
        """The sandbox cannot be reached any more; Restart opens another."""
        bench = self._benches.pop(room.id, None)
        room.now_live(sandbox="failed", sandbox_message=str(fault), kernel="dead", kernel_run=None)
        if bench is not None:
            self._tasks.start(_close(bench), name=f"closing the sandbox of {room.id}")

    async def stop(self, room: Room) -> None:
        if (opening := self._opening.pop(room.id, None)) is not None:
            opening.cancel()
            await asyncio.gather(opening, return_exceptions=True)
        if (bench := self._benches.pop(room.id, None)) is not None:
            await _close(bench)
        room.now_live(sandbox="off", sandbox_message="", kernel="dead", kernel_run=None)

    async def close(self) -> None:
        benches, self._benches = list(self._benches.values()), {}
        for bench in benches:
            await _close(bench)

    async def _open(self, room: Room) -> None:
        def on_kernel(state: KernelState) -> None:
            room.kernel_is(state)

        def on_step(step: str) -> None:
            room.now_live(sandbox_message=step)

        try:
            bench = await self._sandboxes.open(
                room.id, on_kernel=on_kernel, on_step=on_step, visible=room.interview.probe.slug
            )
            try:
                await bench.write_files(room.document.files())
            except BaseException:
                await _close(bench)
                raise
        except SandboxFault as fault:
            room.now_live(sandbox="failed", sandbox_message=str(fault), kernel="dead")
        except Exception:
            room.now_live(
                sandbox="failed",
                sandbox_message="The sandbox could not be started; the server's log says why. Press Restart.",
                kernel="dead",
            )
            raise
        else:
            self._benches[room.id] = bench
            room.now_live(sandbox="ready", sandbox_message="")
        finally:
            self._opening.pop(room.id, None)


async def _close(bench: Workbench) -> None:
    try:
        await bench.close()
    except Exception:
        _log.exception("a sandbox could not be closed; the next start of the server reaps it")
