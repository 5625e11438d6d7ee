"""What is to be delivered, how far each delivery is, and what came of each attempt. Survives a restart.

One row for each decision and endpoint, under an id that is derived from both: filing it again is harmless.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, Engine, Row, func, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from sandbox.store.database import explain
from sandbox.store.schema import attempts, deliveries, endpoints

State = Literal["waiting", "delivered", "gave_up"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    at_ms: int
    status: int | None
    """Of the answer; None where there was none."""
    reason: str
    """Why it failed; empty where it did not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    id: str
    interview: str
    endpoint: str
    decided_at_ms: int
    state: State
    failed: int
    """Attempts in a row, since somebody last asked for it."""
    due_at_ms: int
    attempts: tuple[Attempt, ...] = ()


def delivery_id(interview: str, decided_at_ms: int, endpoint: str) -> str:
    """The same for the same decision and endpoint, and of no use to guess another."""
    digest = hashlib.sha256(f"{interview}\0{decided_at_ms}\0{endpoint}".encode()).hexdigest()
    return f"msg_{digest[:32]}"


class Outbox:
    """Every call raises StorageFault."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def since_ms(self, endpoint: str, now_ms: int) -> int:
        """When an endpoint was first seen: ``now_ms``, if that is now."""
        with self._begin() as connection:
            query = select(endpoints.c.since_ms).where(endpoints.c.name == endpoint)
            if (known := connection.execute(query).scalar()) is not None:
                return int(known)
            connection.execute(insert(endpoints), {"name": endpoint, "since_ms": now_ms})
            return now_ms

    def file(self, interview: str, decided_at_ms: int, endpoint: str, *, now_ms: int) -> None:
        """Due at once; nothing happens where it is filed already."""
        row = {
            "id": delivery_id(interview, decided_at_ms, endpoint),
            "interview": interview,
            "endpoint": endpoint,
            "decided_at_ms": decided_at_ms,
            "state": "waiting",
            "failed": 0,
            "due_at_ms": now_ms,
        }
        with self._begin() as connection:
            if (
                connection.execute(select(deliveries.c.id).where(deliveries.c.id == row["id"])).first()
                is None
            ):
                connection.execute(insert(deliveries), row)

    def due(self, now_ms: int) -> list[Delivery]:
        """Without their attempts, longest due first."""
        waits = (deliveries.c.state == "waiting") & (deliveries.c.due_at_ms <= now_ms)
        with self._begin() as connection:
            rows = connection.execute(select(deliveries).where(waits).order_by(deliveries.c.due_at_ms))
            return [_delivery(row) for row in rows]

    def next_due_ms(self) -> int | None:
        """None when nothing waits."""
        with self._begin() as connection:
            query = select(func.min(deliveries.c.due_at_ms)).where(deliveries.c.state == "waiting")
            due: int | None = connection.execute(query).scalar()
            return due

    def of(self, interview: str) -> list[Delivery]:
        """With their attempts, in the order in which they were decided."""
        query = select(deliveries).where(deliveries.c.interview == interview)
        with self._begin() as connection:
            rows = connection.execute(query.order_by(deliveries.c.decided_at_ms, deliveries.c.endpoint))
            return [_delivery(row, _attempts(connection, row.id)) for row in rows.all()]

    def settle(
        self, delivery: str, attempt: Attempt | None, *, state: State, failed: int, due_ms: int
    ) -> None:
        """What came of it; ``attempt`` is None where nothing was sent."""
        with self._begin() as connection:
            if attempt is not None:
                count = select(func.count()).where(attempts.c.delivery == delivery)
                row = {
                    "delivery": delivery,
                    "number": connection.execute(count).scalar_one() + 1,
                    "at_ms": attempt.at_ms,
                    "status": attempt.status,
                    "reason": attempt.reason,
                }
                connection.execute(insert(attempts), row)
            changed = {"state": state, "failed": failed, "due_at_ms": due_ms}
            connection.execute(update(deliveries).where(deliveries.c.id == delivery).values(changed))

    def again(self, interview: str, delivery: str, *, now_ms: int) -> bool:
        """Make it due, as if it had never failed. False when the interview has no such delivery."""
        its = (deliveries.c.id == delivery) & (deliveries.c.interview == interview)
        with self._begin() as connection:
            changed = {"state": "waiting", "failed": 0, "due_at_ms": now_ms}
            return connection.execute(update(deliveries).where(its).values(changed)).rowcount == 1

    @contextmanager
    def _begin(self) -> Iterator[Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise explain(error) from error


def _attempts(connection: Connection, delivery: str) -> tuple[Attempt, ...]:
    query = select(attempts).where(attempts.c.delivery == delivery).order_by(attempts.c.number)
    return tuple(
        Attempt(at_ms=row.at_ms, status=row.status, reason=row.reason) for row in connection.execute(query)
    )


def _delivery(row: Row[Any], tried: Sequence[Attempt] = ()) -> Delivery:
    return Delivery(
        id=row.id,
        interview=row.interview,
        endpoint=row.endpoint,
        decided_at_ms=row.decided_at_ms,
        state=row.state,
        failed=row.failed,
        due_at_ms=row.due_at_ms,
        attempts=tuple(tried),
    )
