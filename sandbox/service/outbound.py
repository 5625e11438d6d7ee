"""Tells others what was decided: a delivery for each decision and endpoint, sent when due, and tried again.

At least once: what was sent and not noted before the process died is sent again, under the same id.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from itertools import groupby

from sandbox.core.outbound import (
    CannotSend,
    Endpoint,
    Refused,
    Taken,
    TryAgain,
    read_answer,
    request_for,
)
from sandbox.core.result import result_of
from sandbox.core.retries import delay_s
from sandbox.ports import Courier, Request
from sandbox.service.interviews import Interviews
from sandbox.store.database import StorageFault
from sandbox.store.log import EventLog
from sandbox.store.outbox import Attempt, Delivery, Outbox, State
from wire.base import Wire

LOOK_S = 60.0
"""How often it looks by itself, and how long it waits after the database refused."""
_log = logging.getLogger(__name__)


class AttemptView(Wire):
    at: int
    status: int | None
    reason: str


class DeliveryView(Wire):
    id: str
    endpoint: str
    state: State
    due_at: int
    """Epoch ms of the next attempt, while it waits."""
    attempts: tuple[AttemptView, ...]


class Outbound:
    def __init__(
        self,
        endpoints: Sequence[Endpoint],
        *,
        outbox: Outbox,
        log: EventLog,
        interviews: Interviews,
        courier: Courier,
        now_us: Callable[[], int],
    ) -> None:
        self._endpoints = {one.name: one for one in endpoints}
        self._outbox, self._log, self._interviews, self._courier = outbox, log, interviews, courier
        self._now_us = now_us
        self._since = dict[str, int]()
        self._to_file = set[str]()
        self._wake = asyncio.Event()

    def start(self) -> None:
        """Take up what an earlier process left. Raises StorageFault."""
        self._since = {name: self._outbox.since_ms(name, self._now_ms()) for name in self._endpoints}
        if self._since:
            self._to_file.update(self._log.decided())

    async def run(self) -> None:
        """For ever: files and sends what there is, then waits until something is due or decided."""
        while self._endpoints:
            self._wake.clear()
            wait_s = LOOK_S
            try:
                await self.file()
                await self.send_due()
                due_ms = await asyncio.to_thread(self._outbox.next_due_ms)
                if due_ms is not None:
                    wait_s = min(LOOK_S, max(0.0, (due_ms - self._now_ms()) / 1000))
            except StorageFault as fault:
                _log.error("results could not be sent on: %s", fault)
            try:
                async with asyncio.timeout(wait_s):
                    await self._wake.wait()
            except TimeoutError:
                continue

    def decided(self, interview: str) -> None:
        """A decision is in the log. Should this process die now, the next one finds it there."""
        self._to_file.add(interview)
        self._wake.set()

    def shown(self, interview: str) -> tuple[DeliveryView, ...]:
        """Raises StorageFault."""
        return tuple(_view(one) for one in self._outbox.of(interview))

    def again(self, interview: str, delivery: str) -> bool:
        """Send it now, whatever came of it before. False when there is no such. Raises StorageFault."""
        return self._outbox.again(interview, delivery, now_ms=self._now_ms())

    def wake(self) -> None:
        """In the event loop only."""
        self._wake.set()

    async def file(self) -> None:
        """Raises StorageFault; what is not filed then is filed later."""
        for interview in sorted(self._to_file):
            await asyncio.to_thread(self._file, interview)
            self._to_file.discard(interview)

    async def send_due(self) -> None:
        """Endpoints side by side, so that a slow one holds nobody else up. Raises StorageFault."""
        due = await asyncio.to_thread(self._outbox.due, self._now_ms())
        by_endpoint = groupby(sorted(due, key=lambda one: one.endpoint), key=lambda one: one.endpoint)
        queues = [list(deliveries) for _, deliveries in by_endpoint]
        ended = await asyncio.gather(*map(self._send_all, queues), return_exceptions=True)
        for fault in ended:
            if fault is not None:
                raise fault

    def _file(self, interview: str) -> None:
        try:
            decision = self._interviews.get(interview).decision
        except LookupError:
            return
        for name, since_ms in self._since.items():
            if decision is not None and decision.at >= since_ms:
                self._outbox.file(interview, decision.at, name, now_ms=self._now_ms())

    async def _send_all(self, deliveries: Sequence[Delivery]) -> None:
        """Raises StorageFault: what came of one cannot be noted, and the rest waits."""
        for one in deliveries:
            await self._send(one)

    async def _send(self, delivery: Delivery) -> None:
        """Raises StorageFault."""
        now_ms = self._now_ms()
        try:
            endpoint = self._endpoint(delivery)
            request = await asyncio.to_thread(self._request, endpoint, delivery, now_ms)
        except CannotSend as error:
            nothing = Attempt(at_ms=now_ms, status=None, reason=f"not sent: {error}"[:200])
            await self._note(delivery, nothing, state="gave_up", failed=delivery.failed)
            return
        answer = await self._courier.send(request)
        came = read_answer(endpoint, answer, now_s=self._now_ms() / 1000)
        attempt = Attempt(
            at_ms=now_ms, status=answer.status, reason="" if isinstance(came, Taken) else came.reason
        )
        match came:
            case Taken():
                await self._note(delivery, attempt, state="delivered", failed=0)
            case Refused():
                await self._note(delivery, attempt, state="gave_up", failed=delivery.failed + 1)
            case TryAgain(asked_s=asked_s):
                wait_s = delay_s(delivery.id, delivery.failed + 1, asked_s=asked_s)
                state: State = "gave_up" if wait_s is None else "waiting"
                await self._note(
                    delivery, attempt, state=state, failed=delivery.failed + 1, wait_s=wait_s or 0.0
                )

    def _endpoint(self, delivery: Delivery) -> Endpoint:
        """Raises CannotSend."""
        if delivery.endpoint not in self._endpoints:
            raise CannotSend(f"there is no endpoint {delivery.endpoint} any more")
        return self._endpoints[delivery.endpoint]

    def _request(self, endpoint: Endpoint, delivery: Delivery, now_ms: int) -> Request:
        """Made from the log as it is now. Raises CannotSend and StorageFault."""
        try:
            interview = self._interviews.get(delivery.interview)
        except LookupError:
            raise CannotSend("the interview was deleted") from None
        result = result_of(interview, report_url=self._interviews.report_url(delivery.interview))
        if result is None or result.decided_at != delivery.decided_at_ms:
            raise CannotSend("another decision has taken its place")
        return request_for(endpoint, result, message=delivery.id, at_s=now_ms // 1000)

    async def _note(
        self, delivery: Delivery, attempt: Attempt, *, state: State, failed: int, wait_s: float = 0.0
    ) -> None:
        """Raises StorageFault."""
        if state == "gave_up":
            _log.warning("gave up delivery %s to %s: %s", delivery.id, delivery.endpoint, attempt.reason)
        due_ms = self._now_ms() + int(wait_s * 1000)
        await asyncio.to_thread(
            self._outbox.settle, delivery.id, attempt, state=state, failed=failed, due_ms=due_ms
        )

    def _now_ms(self) -> int:
        return self._now_us() // 1000


def _view(delivery: Delivery) -> DeliveryView:
    return DeliveryView(
        id=delivery.id,
        endpoint=delivery.endpoint,
        state=delivery.state,
        due_at=delivery.due_at_ms,
        attempts=tuple(
            AttemptView(at=one.at_ms, status=one.status, reason=one.reason) for one in delivery.attempts
        ),
    )
