"""Deletes interviews: on request, and those that were kept for as long as the policy says."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.core.claims import ready_to_delete
from sandbox.core.refusal import NotAllowed
from sandbox.core.retention import due
from sandbox.service.benches import Benches
from sandbox.service.hall import Hall
from sandbox.service.interviews import Interviews
from sandbox.service.running import Running
from sandbox.service.terminals import Terminals
from sandbox.store.database import StorageFault
from sandbox.store.erasure import Erasure
from sandbox.store.log import EventLog

BY_POLICY = "retention"
EVERY_S = 600.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """An interview that was kept for long enough."""

    interview: str
    ended_us: int
    held: str
    """Why it is kept all the same; empty when it is not."""


def all_due(log: EventLog, interviews: Interviews, keep_days: int | None, now_us: int) -> list[Due]:
    """Oldest first. Raises StorageFault."""
    if keep_days is None:
        return []
    old = [(ended, one) for one, ended in log.ended().items() if due(ended, keep_days, now_us)]
    return [Due(interview=one, ended_us=ended, held=_held(interviews, one)) for ended, one in sorted(old)]


def _held(interviews: Interviews, interview: str) -> str:
    state = interviews.get(interview)
    try:
        ready_to_delete(state)
    except NotAllowed as refused:
        return str(refused)
    return "The candidate waits for an answer." if state.rights.contested else ""


class Deletion:
    def __init__(
        self,
        *,
        hall: Hall,
        log: EventLog,
        interviews: Interviews,
        erasure: Erasure,
        running: Running,
        benches: Benches,
        terminals: Terminals,
        keep_days: int | None,
        now_us: Callable[[], int],
    ) -> None:
        self._hall, self._log, self._interviews, self._erasure = hall, log, interviews, erasure
        self._running, self._benches, self._terminals = running, benches, terminals
        self._keep_days, self._now_us = keep_days, now_us

    async def delete(self, interview: str, *, who: str, reason: str) -> None:
        """Its room is closed first. Raises LookupError, NotAllowed and StorageFault."""
        room = self._hall.find(interview)
        ready_to_delete(room.interview if room else await asyncio.to_thread(self._interviews.get, interview))
        self._hall.bar(interview)
        try:
            if room is not None:
                await self._terminals.close(room, "the interview is deleted")
                await self._running.stop(room)
                await self._benches.stop(room)
                await self._hall.dismiss(room)
            await asyncio.to_thread(
                self._erasure.erase, interview, who=who, reason=reason, at_us=self._now_us()
            )
        finally:
            self._hall.unbar(interview)
        await self.scrub()

    async def scrub(self) -> None:
        """Now if nobody is in a room, who would wait for it; else some other time."""
        if self._erasure.unscrubbed and self._hall.quiet:
            try:
                await asyncio.to_thread(self._erasure.scrub)
            except StorageFault as fault:
                _log.warning("%s", fault)

    async def delete_what_is_due(self) -> None:
        """Raises StorageFault."""
        found = await asyncio.to_thread(all_due, self._log, self._interviews, self._keep_days, self._now_us())
        for one in found:
            if not one.held:
                await self._delete_by_policy(one.interview)
        await self.scrub()

    async def _delete_by_policy(self, interview: str) -> None:
        """One that cannot be deleted now holds no other up; it is tried again."""
        try:
            await self.delete(interview, who=BY_POLICY, reason=BY_POLICY)
        except (StorageFault, LookupError, NotAllowed) as error:
            _log.error("%s is due and could not be deleted: %s", interview, error)

    async def run(self) -> None:
        """For as long as the server runs."""
        while True:
            try:
                await self.delete_what_is_due()
            except StorageFault as fault:
                _log.error("what is due could not be found: %s", fault)
            await asyncio.sleep(EVERY_S)
