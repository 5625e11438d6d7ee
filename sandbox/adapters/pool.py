"""Keeps sandboxes ready: carries out what `sandbox.core.pool` decides, in one background task.

Knows nothing of jails: what is kept can tell whether it is well, and can be closed.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Generic, Protocol, TypeVar

from sandbox.core import pool as core
from sandbox.core.pool import Discard, Pool, PoolPolicy, Rest, Start
from sandbox.ports import PoolStatus, SandboxFault

CHECK_EVERY_S = 15.0
"""How often spares are asked whether they are well; each is asked once more when it is taken."""
_UNWELL = "A sandbox that stood ready has ended; another one is started."
_log = logging.getLogger(__name__)


class Keepable(Protocol):
    async def healthy(self) -> bool:
        """Quick. Raises SandboxFault when nobody can tell."""
        ...

    async def close(self) -> None:
        """Leave nothing behind. Twice is fine. Raises SandboxFault."""
        ...


S = TypeVar("S", bound=Keepable)


class WarmPool(Generic[S]):
    def __init__(
        self,
        make: Callable[[], Awaitable[S]],
        policy: PoolPolicy,
        *,
        now_s: Callable[[], float] = time.monotonic,
        check_every_s: float = CHECK_EVERY_S,
    ) -> None:
        """``make`` starts one; it raises SandboxFault, and leaves nothing when it is cancelled."""
        self._make, self._now_s, self._check_every_s = make, now_s, check_every_s
        self._pool = Pool(policy=policy)
        self._kept: dict[int, S] = {}
        self._changed = asyncio.Event()
        self._claim: asyncio.Future[S | None] | None = None
        """Somebody who came while one was starting, and gets it."""
        self._running: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._running = asyncio.create_task(self._run(), name="warm pool")

    async def take(self) -> S | None:
        """One that nobody has used and nobody else gets; None when there is none to wait for."""
        while (spare := self._pop()) is not None:
            if await self._is_well(spare):
                return spare
            self._pool = core.complain(self._pool, _UNWELL)
            await _end(spare)
        if self._claim is not None or not self._pool.starting:
            return None
        return await self._await_start()

    async def close(self) -> None:
        """End every spare and start no more."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
        kept, self._kept = list(self._kept.values()), {}
        self._pool = Pool(policy=PoolPolicy(size=0))
        for spare in kept:
            await _end(spare)

    @property
    def status(self) -> PoolStatus:
        waits_s = self._pool.retry_at_s - self._now_s()
        return PoolStatus(
            size=self._pool.policy.size,
            ready=len(self._pool.spares),
            starting=self._pool.starting,
            reason=self._pool.reason,
            retry_in_s=max(0, round(waits_s)) if self._pool.failures else 0,
        )

    def _pop(self) -> S | None:
        number, self._pool = core.take(self._pool)
        if number is None:
            return None
        self._changed.set()
        return self._kept.pop(number)

    async def _is_well(self, spare: S) -> bool:
        """What is not known to be well is not. Whoever is cancelled while asking loses it for all."""
        try:
            return await spare.healthy()
        except SandboxFault:
            return False
        except BaseException:
            await _end(spare)
            raise

    async def _await_start(self) -> S | None:
        claim: asyncio.Future[S | None] = asyncio.get_running_loop().create_future()
        self._claim = claim
        try:
            return await claim
        except asyncio.CancelledError:
            # It may have been handed over in the moment before.
            if claim.done() and not claim.cancelled() and (spare := claim.result()) is not None:
                await _end(spare)
            raise
        finally:
            self._claim = None

    async def _run(self) -> None:
        try:
            while True:
                match core.due(self._pool, self._now_s()):
                    case Start():
                        await self._start_one()
                    case Discard(number=number):
                        await self._discard(number)
                    case Rest(until_s=until_s):
                        await self._rest(until_s - self._now_s())
                        await self._check()
        finally:
            self._hand_over(None)

    async def _start_one(self) -> None:
        self._pool = core.begin(self._pool)
        try:
            spare = await self._make()
        except SandboxFault as fault:
            self._failed(str(fault))
        except Exception:
            _log.exception("no sandbox could be started ahead")
            self._failed("A sandbox could not be started ahead; the server's log says why.")
        else:
            if self._hand_over(spare):
                self._pool = core.handed_over(self._pool, self._now_s())
                return
            number, self._pool = core.became_ready(self._pool, self._now_s())
            self._kept[number] = spare

    def _failed(self, reason: str) -> None:
        _log.warning("no sandbox could be started ahead: %s", reason)
        self._pool = core.failed(self._pool, self._now_s(), reason)
        self._hand_over(None)  # they start their own, and hear at first hand what is wrong

    def _hand_over(self, spare: S | None) -> bool:
        """Whether somebody was waiting."""
        if self._claim is None or self._claim.done():
            return False
        self._claim.set_result(spare)
        return True

    async def _discard(self, number: int) -> None:
        self._pool = core.drop(self._pool, number)
        if number in self._kept:
            await _end(self._kept[number])
            self._kept.pop(number, None)  # only now: `close` ends what this was cancelled in

    async def _check(self) -> None:
        for number, spare in list(self._kept.items()):
            well = False
            with contextlib.suppress(SandboxFault):
                well = await spare.healthy()
            # It may have been taken meanwhile; then it is not ours to throw away.
            if not well and number in self._kept:
                self._pool = core.complain(self._pool, _UNWELL)
                await self._discard(number)

    async def _rest(self, seconds: float) -> None:
        self._changed.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(min(seconds, self._check_every_s)):
                await self._changed.wait()


async def _end(spare: Keepable) -> None:
    try:
        await spare.close()
    except SandboxFault as fault:
        _log.error("a sandbox that stood ready could not be closed; the next start reaps it: %s", fault)
