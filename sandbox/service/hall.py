"""The rooms that are open. A room stays while anybody is in it or anything still happens for it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable

from sandbox.core.view import Guide
from sandbox.core.work import cut_off
from sandbox.rooms.room import Room
from sandbox.store.database import StorageFault
from sandbox.store.journal import Journal
from sandbox.store.log import EventLog


def now_us() -> int:
    return time.time_ns() // 1000


class Hall:
    def __init__(
        self,
        log: EventLog,
        journal: Journal,
        guide: Guide,
        now_us: Callable[[], int] = now_us,
        *,
        alive_ms: int | None = None,
    ) -> None:
        """``alive_ms``: when an earlier process was alive last."""
        self._log, self._journal, self._guide, self.now_us = log, journal, guide, now_us
        self._alive_ms = alive_ms or 0
        self._rooms: dict[str, Room] = {}
        self._barred: set[str] = set()
        """Interviews that are being deleted."""

    def open(self, interview: str) -> Room:
        """The room, read from the log if it is not open. Raises LookupError and StorageFault."""
        if interview in self._barred:
            raise LookupError(interview)
        if interview not in self._rooms:
            room = Room(
                interview, log=self._log, journal=self._journal, guide=self._guide, now_us=self.now_us
            )
            # A room that is not open has nothing running: what the log says is running, a crash ended.
            room.went_down(max(self._alive_ms, room.recorded_ms))
            if died := cut_off(room.interview.work):
                room.record("server", *died)
            self._rooms[interview] = room
        return self._rooms[interview]

    def find(self, interview: str) -> Room | None:
        """The room, if it is open."""
        return self._rooms.get(interview)

    def rooms(self) -> list[Room]:
        return list(self._rooms.values())

    @property
    def quiet(self) -> bool:
        """Whether nobody is in any room."""
        return all(room.empty for room in self._rooms.values())

    def bar(self, interview: str) -> None:
        """Nobody comes in any more, whoever is in is put out, and nothing more is recorded."""
        self._barred.add(interview)
        if (room := self._rooms.get(interview)) is not None:
            room.end()

    def unbar(self, interview: str) -> None:
        self._barred.discard(interview)

    async def dismiss(self, room: Room) -> None:
        """Forget a room that is barred, once what was recorded in it is on disk or never will be."""
        with contextlib.suppress(StorageFault):
            await room.settled()
        self._rooms.pop(room.id, None)
        room.forget()

    async def release(self, room: Room) -> None:
        """Forget a room that nobody is in, once all that happened in it is on disk."""
        with contextlib.suppress(StorageFault):
            await room.settled()
            if room.empty and room.at_rest:
                self._rooms.pop(room.id, None)
                room.forget()
