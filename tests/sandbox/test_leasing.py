"""Interviews with a GPU: who gets one, what is said while one waits, and when the next one is served."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from isolation.contract import Device
from sandbox.adapters.memory import MemorySandboxes
from sandbox.ports import SandboxFault
from sandbox.service.leasing import Leasing
from tests.sandbox.conftest import Plane, serve

GPU = Device(id="GPU-1", name="Test 80GB", memory_bytes=80 << 30, used_bytes=4 << 20)


def with_gpu(plane: Plane) -> str:
    made, _ = plane.store.interviews.create(candidate_name="Ada", interviewer_name="Grace", device="gpu")
    return made.id


async def test_the_second_waits_for_the_first_and_the_interviewer_sees_it(
    tmp_path: Path, challenges: Path
) -> None:
    sandboxes = MemorySandboxes()
    sandboxes.inventory = [GPU]
    async with serve(tmp_path / "data", challenges, sandboxes) as plane:
        one, two = with_gpu(plane), with_gpu(plane)
        async with (
            await plane.page(one, "candidate") as ada,
            await plane.page(one, "interviewer") as grace,
            await plane.page(two, "candidate") as alan,
            await plane.page(two, "interviewer") as mary,
        ):
            await ada.do("consent")
            await grace.until(lambda: grace.view["sandbox"]["state"] == "ready")
            assert grace.view["device"] == {"wanted": "gpu", "name": "Test 80GB", "ahead": None}
            assert "device" not in ada.view
            await alan.do("consent")
            await mary.until(lambda: mary.view["device"]["ahead"] == 0)
            assert alan.view["sandbox"] == {"state": "starting", "message": "waiting for a GPU"}
            assert await hosting(plane) == [("held", one, 1)]
            await grace.do("move_stage", stage="finished")
            await mary.until(lambda: mary.view["device"]["name"] == "Test 80GB")
            await alan.until(lambda: alan.view["sandbox"]["state"] == "ready")
            assert grace.view["device"]["name"] == ""
            assert sandboxes.given == {one: "GPU-1", two: "GPU-1"}
            assert await hosting(plane) == [("held", two, 0)]


async def test_an_interview_without_a_gpu_takes_none(tmp_path: Path, challenges: Path) -> None:
    sandboxes = MemorySandboxes()
    sandboxes.inventory = [GPU]
    async with serve(tmp_path / "data", challenges, sandboxes) as plane:
        interview = plane.interview()
        async with await plane.page(interview, "candidate") as ada:
            await ada.do("consent")
            await ada.until(lambda: ada.view["sandbox"]["state"] == "ready")
        assert sandboxes.given == {interview: ""}
        assert await hosting(plane) == [("free", "", 0)]


async def test_a_sandbox_that_fails_gives_its_gpu_back_and_restart_asks_anew(
    tmp_path: Path, challenges: Path
) -> None:
    sandboxes = MemorySandboxes()
    sandboxes.inventory, sandboxes.fault = [GPU], "The engine does not answer."
    async with (
        serve(tmp_path / "data", challenges, sandboxes) as plane,
        await plane.page(with_gpu(plane), "candidate") as ada,
    ):
        await ada.do("consent")
        await ada.until(lambda: ada.view["sandbox"]["state"] == "failed")
        sandboxes.fault = ""
        await ada.do("restart")
        await ada.until(lambda: ada.view["sandbox"]["state"] == "ready")


async def test_where_there_is_no_gpu_the_form_is_refused_and_the_room_says_so(plane: Plane) -> None:
    async with await plane.host() as host:
        body = {"candidate_name": "Ada", "interviewer_name": "Grace", "filter_minutes": 20}
        answer = await host.post("/api/interviews", json={**body, "probe_minutes": 50, "device": "gpu"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "no_gpu")
    async with await plane.page(with_gpu(plane), "candidate") as ada:
        await ada.do("consent")
        await ada.until(lambda: ada.view["sandbox"]["state"] == "failed")
        assert "no GPU" in ada.view["sandbox"]["message"]


async def test_hosting_is_for_the_host(plane: Plane) -> None:
    async with await plane.host() as host:
        shown = (await host.get("/api/hosting")).json()
    assert shown["pool"] == {"size": 0, "ready": 0, "starting": False, "reason": "", "retry_in_s": 0}
    assert shown["devices"] == []


# -- the service alone


class Inventory(MemorySandboxes):
    async def devices(self) -> Any:
        if self.fault:
            raise SandboxFault(self.fault)
        return tuple(self.inventory)


async def test_memory_that_stays_is_waited_for_and_then_the_reason_is_kept() -> None:
    sandboxes = Inventory()
    sandboxes.inventory = [GPU]
    leasing = Leasing(sandboxes, read_every_s=0.001, look_again_s=0.001)
    reading = asyncio.create_task(leasing.run())
    await leasing.hold("a/1", lambda *_: None)
    sandboxes.inventory = [replace(GPU, used_bytes=9 << 30)]
    leasing.give_back("a/1")
    ahead: list[int | None] = []
    waiting = asyncio.create_task(leasing.hold("b/1", lambda _, n: ahead.append(n)))
    async with asyncio.timeout(5):
        while leasing.leases.slots[0].state != "quarantined":  # noqa: ASYNC110
            await asyncio.sleep(0.001)
    assert "did not come back" in leasing.leases.slots[0].reason
    assert set(ahead) == {0}
    sandboxes.inventory = [GPU]
    async with asyncio.timeout(5):
        assert (await waiting).id == "GPU-1"
    reading.cancel()


async def test_who_leaves_the_queue_is_forgotten_and_a_driver_that_fails_takes_nothing_away() -> None:
    sandboxes = Inventory()
    sandboxes.inventory = [GPU]
    leasing = Leasing(sandboxes)
    await leasing.hold("a/1", lambda *_: None)
    waiting = asyncio.create_task(leasing.hold("b/1", lambda *_: None))
    await asyncio.sleep(0)
    sandboxes.fault = "The NVIDIA driver does not answer."
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert leasing.leases.queue == ()
    third = asyncio.create_task(leasing.hold("c/1", lambda *_: None))
    await asyncio.sleep(0.01)
    assert leasing.leases.queue == ("c/1",)
    assert leasing.leases.slots[0].holder == "a/1"
    third.cancel()


async def test_without_any_device_nobody_waits() -> None:
    with pytest.raises(SandboxFault, match="no GPU"):
        await Leasing(MemorySandboxes()).hold("a/1", lambda *_: None)


async def hosting(plane: Plane) -> list[tuple[str, str, int]]:
    async with await plane.host() as host:
        shown = (await host.get("/api/hosting")).json()
    return [(one["state"], one["interview"], shown["waiting"]) for one in shown["devices"]]
