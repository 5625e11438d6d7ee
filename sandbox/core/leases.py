"""Who has which GPU: each device has one holder at most, and who asked first is served first. Pure.

    free --> held --> checking --> free
                          |          ^
                          v          |
                      quarantined ---+

A device that is given back is checked before anybody gets it: as long as its memory is not back to what it
was when nobody had it, something of its last holder is still there. One that does not come back is
quarantined, and free again once a reading finds it clean. A holder is any name that is never used twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from isolation.contract import Device

IDLE_BYTES = 1 << 30
"""A device that uses more than this before we have lent it is in use by somebody else."""
TOLERANCE_BYTES = 64 << 20
"""A driver's own use of memory moves by some megabytes."""
READINGS = 10
"""How often a device that was given back is read before it is quarantined: a driver frees memory late."""

State = Literal["free", "held", "checking", "quarantined"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One device and who has it."""

    device: Device
    baseline_bytes: int
    """What it used when nobody had it."""
    state: State
    holder: str = ""
    """When held."""
    readings: int = 0
    """When checking: how many did not find it clean."""
    reason: str = ""
    """When quarantined, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leases:
    slots: tuple[Slot, ...] = ()
    queue: tuple[str, ...] = ()
    """Who waits, first come first."""

    def device_of(self, holder: str) -> Device | None:
        return next((slot.device for slot in self.slots if slot.holder == holder), None)

    def ahead_of(self, holder: str) -> int | None:
        """How many are served before somebody who waits; None of who does not wait."""
        return self.queue.index(holder) if holder in self.queue else None

    @property
    def unsettled(self) -> bool:
        """Whether a new reading may change something."""
        return any(slot.state in ("checking", "quarantined") for slot in self.slots)


def ask(leases: Leases, holder: str) -> Leases:
    """Get a device, or wait for one. Who has one, or waits, goes on doing so."""
    if leases.device_of(holder) is not None or holder in leases.queue:
        return leases
    return _serve(replace(leases, queue=(*leases.queue, holder)))


def give_back(leases: Leases, holder: str) -> Leases:
    """Have no device any more, and wait for none. Who has none is fine."""
    queue = tuple(one for one in leases.queue if one != holder)
    slots = tuple(
        replace(slot, state="checking", holder="", readings=0) if slot.holder == holder else slot
        for slot in leases.slots
    )
    return replace(leases, slots=slots, queue=queue)


def read(leases: Leases, devices: Sequence[Device]) -> Leases:
    """Take in a reading of the whole inventory. Devices may have come, and gone."""
    found = {device.id: device for device in devices}
    known = {slot.device.id for slot in leases.slots}
    slots = [_reread(slot, found.get(slot.device.id)) for slot in leases.slots]
    slots += [_first_seen(device) for id, device in found.items() if id not in known]
    return _serve(replace(leases, slots=tuple(slots)))


def _first_seen(device: Device) -> Slot:
    if device.used_bytes > IDLE_BYTES:
        reason = f"Something else uses {_gib(device.used_bytes)} of it."
        return Slot(device=device, baseline_bytes=IDLE_BYTES, state="quarantined", reason=reason)
    return Slot(device=device, baseline_bytes=device.used_bytes, state="free")


def _reread(slot: Slot, device: Device | None) -> Slot:
    match slot.state, device:
        case "held", _:
            return slot
        case _, None:
            return replace(slot, state="quarantined", reason="It is not there any more.")
        case (("checking" | "quarantined"), Device()) if _is_clean(slot, device):
            return replace(slot, device=device, state="free", readings=0, reason="")
        case "checking", Device() if slot.readings + 1 < READINGS:
            return replace(slot, device=device, readings=slot.readings + 1)
        case "checking", Device():
            kept = _gib(device.used_bytes - slot.baseline_bytes)
            reason = f"{kept} of its memory did not come back after its last interview."
            return replace(slot, device=device, state="quarantined", readings=0, reason=reason)
        case _, Device():
            return replace(slot, device=device)


def _is_clean(slot: Slot, device: Device) -> bool:
    return device.used_bytes <= slot.baseline_bytes + TOLERANCE_BYTES


def _serve(leases: Leases) -> Leases:
    """Give what is free to those who wait."""
    slots, queue = list(leases.slots), list(leases.queue)
    for at, slot in enumerate(slots):
        if slot.state == "free" and queue:
            slots[at] = replace(slot, state="held", holder=queue.pop(0))
    return replace(leases, slots=tuple(slots), queue=tuple(queue))


def _gib(count: int) -> str:
    return f"{count / (1 << 30):.1f} GiB"
