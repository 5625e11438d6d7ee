"""Lends GPUs to interviews: carries out what `sandbox.core.leases` decides, and reads the devices for it.

What is lent lives in this process: a server that starts ends every sandbox that an earlier one left, so
nothing is lent then, and the first reading finds what a crash has left in a device's memory.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from isolation.contract import Device
from sandbox.core import leases as core
from sandbox.core.leases import Leases
from sandbox.ports import Sandboxes, SandboxFault

READ_EVERY_S = 1.0
"""Between readings of a device that was just given back."""
LOOK_AGAIN_S = 30.0
"""Between readings when only quarantined devices are waited for."""
NO_GPU = "This host has no GPU to lend. Make an interview without one, or see docs/isolation.md."
_log = logging.getLogger(__name__)


class Leasing:
    def __init__(
        self,
        sandboxes: Sandboxes,
        *,
        read_every_s: float = READ_EVERY_S,
        look_again_s: float = LOOK_AGAIN_S,
    ) -> None:
        self._sandboxes = sandboxes
        self._read_every_s, self._look_again_s = read_every_s, look_again_s
        self._leases = Leases()
        self._watchers: dict[str, Callable[[Device | None, int | None], None]] = {}
        self._changed = asyncio.Event()

    @property
    def leases(self) -> Leases:
        return self._leases

    async def run(self) -> None:
        """Read the devices for as long as the server lives."""
        while True:
            await self._read()
            self._changed.clear()
            try:
                async with asyncio.timeout(self._pause_s()):
                    await self._changed.wait()
            except TimeoutError:
                continue
            if self._is_checking():  # what has just been given back takes a moment to be free
                await asyncio.sleep(self._read_every_s)

    async def hold(self, holder: str, on_change: Callable[[Device | None, int | None], None]) -> Device:
        """A device that nobody else has until `give_back`; waits for one, in order.

        ``on_change`` is told the device, or how many are served first. Raises SandboxFault when there is no
        GPU at all.
        """
        await self._read()
        if not self._leases.slots:
            raise SandboxFault(NO_GPU)
        served = asyncio.Event()

        def told(device: Device | None, ahead: int | None) -> None:
            on_change(device, ahead)
            if device is not None:
                served.set()

        self._watchers[holder] = told
        try:
            self._now(core.ask(self._leases, holder))
            self._changed.set()
            told(self._leases.device_of(holder), self._leases.ahead_of(holder))
            await served.wait()
        except BaseException:
            self.give_back(holder)
            raise
        device = self._leases.device_of(holder)
        assert device is not None
        return device

    def give_back(self, holder: str) -> None:
        """Also for who still waits, and who has none."""
        self._watchers.pop(holder, None)
        self._now(core.give_back(self._leases, holder))
        self._changed.set()

    async def _read(self) -> None:
        try:
            devices = await self._sandboxes.devices()
        except SandboxFault as fault:
            _log.error("the GPUs could not be read: %s", fault)
            return
        before = {slot.device.id: slot.state for slot in self._leases.slots}
        self._now(core.read(self._leases, devices))
        for slot in self._leases.slots:
            if slot.state == "quarantined" and before.get(slot.device.id) != "quarantined":
                _log.warning("%s is not lent: %s", slot.device.id, slot.reason)

    def _now(self, leases: Leases) -> None:
        if leases == self._leases:
            return
        self._leases = leases
        for holder, told in list(self._watchers.items()):
            told(leases.device_of(holder), leases.ahead_of(holder))

    def _is_checking(self) -> bool:
        return any(slot.state == "checking" for slot in self._leases.slots)

    def _pause_s(self) -> float | None:
        if self._is_checking():
            return self._read_every_s
        return self._look_again_s if self._leases.unsettled else None
