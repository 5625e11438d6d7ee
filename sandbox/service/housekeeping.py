"""Gives back what nobody uses: sandboxes of rooms that were left, rooms themselves, and room on the disk."""

from __future__ import annotations

import asyncio
import logging
import time

from sandbox.rooms.room import Room
from sandbox.service.benches import Benches
from sandbox.service.hall import Hall
from sandbox.service.running import Running
from sandbox.store.database import StorageFault
from sandbox.store.log import EventLog

SWEEP_S = 60.0
SANDBOX_IDLE_S = 30 * 60.0
"""A candidate who comes back within it finds their kernel as it was."""
ROOM_IDLE_S = 60.0
PACK_S = 300.0
_log = logging.getLogger(__name__)


async def pack_forever(hall: Hall, log: EventLog) -> None:
    """Pack the logs of interviews that are over and that nobody is in."""
    while True:
        await asyncio.sleep(PACK_S)
        try:
            await pack_what_is_over(hall, log)
        except StorageFault as fault:
            _log.error("a log could not be packed: %s", fault)


async def pack_what_is_over(hall: Hall, log: EventLog) -> None:
    """Raises StorageFault."""
    for interview in await asyncio.to_thread(log.to_pack):
        if all(room.id != interview for room in hall.rooms()):
            await asyncio.to_thread(log.pack, interview)


async def sweep_forever(hall: Hall, benches: Benches, running: Running) -> None:
    while True:
        await asyncio.sleep(SWEEP_S)
        for room in hall.rooms():
            await sweep(room, hall, benches, running, now=time.monotonic())


async def sweep(room: Room, hall: Hall, benches: Benches, running: Running, *, now: float) -> None:
    """Close what the room no longer needs at ``now`` (monotonic seconds)."""
    idle_s = now - room.empty_since if room.empty else 0.0
    if idle_s > SANDBOX_IDLE_S and room.live.sandbox != "off":
        await running.stop(room)
        await benches.stop(room)
    waits = any(judgement.open for judgement in room.interview.judgements)
    if idle_s > ROOM_IDLE_S and room.live.sandbox == "off" and not waits:
        await hall.release(room)
