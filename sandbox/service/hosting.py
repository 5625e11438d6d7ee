"""What this server has to offer: sandboxes that stand ready, GPUs and who has them. For the host's page."""

from __future__ import annotations

from sandbox.core.leases import State
from sandbox.ports import Sandboxes
from sandbox.service.leasing import Leasing
from wire.base import Wire


class PoolView(Wire):
    size: int
    ready: int
    starting: bool
    reason: str
    retry_in_s: int


class SlotView(Wire):
    id: str
    name: str
    memory_bytes: int
    state: State
    interview: str
    """Which has it; empty while none has."""
    reason: str


class Hosting(Wire):
    runtime: str
    pool: PoolView
    devices: tuple[SlotView, ...]
    waiting: int
    """Interviews that wait for a device."""


def make_hosting(sandboxes: Sandboxes, leasing: Leasing) -> Hosting:
    pool, leases = sandboxes.pool, leasing.leases
    return Hosting(
        runtime=sandboxes.runtime,
        pool=PoolView(
            size=pool.size,
            ready=pool.ready,
            starting=pool.starting,
            reason=pool.reason,
            retry_in_s=pool.retry_in_s,
        ),
        devices=tuple(
            SlotView(
                id=slot.device.id,
                name=slot.device.name,
                memory_bytes=slot.device.memory_bytes,
                state=slot.state,
                interview=slot.holder.partition("/")[0],
                reason=slot.reason,
            )
            for slot in leases.slots
        ),
        waiting=len(leases.queue),
    )
