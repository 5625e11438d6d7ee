"""The life of an interview's sandbox: started early so that the kernel is warm, closed when it is over.

A GPU that was lent to it is given back when the sandbox is closed, and not a moment before.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
from dataclasses import dataclass

from isolation.contract import Device
from sandbox.core.refusal import NotAllowed
from sandbox.ports import KernelState, Sandboxes, SandboxFault, Workbench
from sandbox.rooms.room import Room
from sandbox.service.leasing import Leasing
from sandbox.service.tasks import Tasks

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Opened:
    bench: Workbench
    lease: str
    """Whom a GPU is lent to: this sandbox, not the next one of the same interview."""


class Benches:
    def __init__(self, sandboxes: Sandboxes, leasing: Leasing, tasks: Tasks) -> None:
        self._sandboxes, self._leasing, self._tasks = sandboxes, leasing, tasks
        self._opened: dict[str, _Opened] = {}
        self._opening: dict[str, asyncio.Task[None]] = {}
        self._count = itertools.count(1)

    def start(self, room: Room) -> None:
        """Open the room's sandbox in the background; already open or opening is fine."""
        if room.id in self._opened or room.id in self._opening:
            return
        room.now_live(sandbox="starting", sandbox_message="", kernel="starting")
        self._opening[room.id] = self._tasks.start(self._open(room), name=f"sandbox of {room.id}")

    def get(self, room: Room) -> Workbench:
        """The open sandbox. Raises NotAllowed, with words, while there is none."""
        if (opened := self._opened.get(room.id)) is not None:
            return opened.bench
        if room.id in self._opening:
            raise NotAllowed("The sandbox is still starting. Try again in a few seconds.")
        raise NotAllowed(room.live.sandbox_message or "There is no sandbox. Press Restart to start one.")

    def find(self, room: Room) -> Workbench | None:
        opened = self._opened.get(room.id)
        return opened.bench if opened is not None else None

    def lost(self, room: Room, fault: SandboxFault) -> None:
        """The sandbox cannot be reached any more; Restart opens another."""
        opened = self._opened.pop(room.id, None)
        _now_closed(room, sandbox="failed", sandbox_message=str(fault), kernel_run=None)
        if opened is not None:
            self._tasks.start(self._close(opened), name=f"closing the sandbox of {room.id}")

    async def stop(self, room: Room) -> None:
        if (opening := self._opening.pop(room.id, None)) is not None:
            opening.cancel()
            await asyncio.gather(opening, return_exceptions=True)
        if (opened := self._opened.pop(room.id, None)) is not None:
            await self._close(opened)
        _now_closed(room, sandbox="off", sandbox_message="", kernel_run=None)

    async def close(self) -> None:
        opened, self._opened = list(self._opened.values()), {}
        for one in opened:
            await self._close(one)

    async def _open(self, room: Room) -> None:
        lease = f"{room.id}/{next(self._count)}"
        try:
            bench = await self._make(room, lease)
        except SandboxFault as fault:
            _now_closed(room, sandbox="failed", sandbox_message=str(fault))
        except Exception:
            _now_closed(
                room,
                sandbox="failed",
                sandbox_message="The sandbox could not be started; the server's log says why. Press Restart.",
            )
            raise
        else:
            self._opened[room.id] = _Opened(bench, lease)
            room.now_live(sandbox="ready", sandbox_message="")
        finally:
            self._opening.pop(room.id, None)

    async def _make(self, room: Room, lease: str) -> Workbench:
        """A sandbox with the room's files in it; nothing is left where that fails. Raises SandboxFault."""

        def on_kernel(state: KernelState) -> None:
            room.kernel_is(state)

        def on_step(step: str) -> None:
            room.now_live(sandbox_message=step)

        try:
            bench = await self._sandboxes.open(
                room.id,
                on_kernel=on_kernel,
                on_step=on_step,
                visible=room.interview.probe.slug,
                device=await self._device(room, lease),
            )
            try:
                await bench.write_files(room.document.files())
            except BaseException:
                await _close(bench)
                raise
        except BaseException:
            self._leasing.give_back(lease)
            raise
        return bench

    async def _device(self, room: Room, lease: str) -> str:
        """Id of the GPU that the interview was made for, once one is free; empty for none.

        Raises SandboxFault.
        """
        if room.interview.device == "cpu":
            return ""

        def on_change(device: Device | None, ahead: int | None) -> None:
            room.now_live(device=device.name if device else "", devices_ahead=ahead)

        room.now_live(sandbox_message="waiting for a GPU")
        return (await self._leasing.hold(lease, on_change)).id

    async def _close(self, opened: _Opened) -> None:
        await _close(opened.bench)
        self._leasing.give_back(opened.lease)


def _now_closed(room: Room, **changes: object) -> None:
    room.now_live(kernel="dead", device="", devices_ahead=None, **changes)


async def _close(bench: Workbench) -> None:
    try:
        await bench.close()
    except Exception:
        _log.exception("a sandbox could not be closed; the next start of the server reaps it")
