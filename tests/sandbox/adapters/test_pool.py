"""The pool at work: it refills, gives each sandbox to one person, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from sandbox.adapters.pool import WarmPool
from sandbox.adapters.sandboxes import LocalSandboxes
from sandbox.core.pool import PoolPolicy
from sandbox.ports import Finished, Output, SandboxFault
from tests.isolation.conftest import HOLDING, runtime_by_name

ROOT = Path(__file__).resolve().parents[3]


class Thing:
    """A sandbox for the pool's purposes."""

    def __init__(self) -> None:
        self.well: bool | SandboxFault = True
        self.closed = 0

    async def healthy(self) -> bool:
        await asyncio.sleep(0)
        if isinstance(self.well, SandboxFault):
            raise self.well
        return self.well

    async def close(self) -> None:
        self.closed += 1


class Factory:
    """Makes things once `open` is set. ``fault``: making one raises it."""

    def __init__(self) -> None:
        self.made = list[Thing]()
        self.open = asyncio.Event()
        self.open.set()
        self.fault: Exception | None = None
        self.tries = 0

    async def __call__(self) -> Thing:
        self.tries += 1
        await self.open.wait()
        if self.fault is not None:
            raise self.fault
        self.made.append(Thing())
        return self.made[-1]


@contextlib.asynccontextmanager
async def pooled(factory: Factory, **policy: float) -> AsyncIterator[WarmPool[Thing]]:
    pool = WarmPool(factory, PoolPolicy(**{"size": 1, "backoff_s": 0.01, **policy}), check_every_s=0.01)
    pool.start()
    yield pool
    await pool.close()


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110, nothing tells when the pool's task has gone on
            await asyncio.sleep(0.001)


async def test_one_is_refilled_after_it_is_taken_and_nobody_gets_it_again() -> None:
    factory = Factory()
    async with pooled(factory, size=2) as pool:
        await until(lambda: pool.status.ready == 2)
        taken = [await pool.take() for _ in range(4)]
        await until(lambda: pool.status.ready == 2)
    given = [thing for thing in taken if thing is not None]
    assert len({id(thing) for thing in given}) == len(given) >= 2
    assert not any(thing.closed for thing in given)  # they belong to their takers now
    assert all(thing.closed == 1 for thing in factory.made if thing not in given)


async def test_one_that_is_not_well_is_replaced_and_the_reason_is_shown() -> None:
    factory = Factory()
    async with pooled(factory) as pool:
        await until(lambda: pool.status.ready == 1)
        factory.open.clear()
        factory.made[0].well = False
        await until(lambda: factory.made[0].closed)
        await until(lambda: pool.status.starting)
        assert "has ended" in pool.status.reason
        factory.open.set()
        await until(lambda: pool.status.ready == 1)
        assert pool.status.reason == ""
        assert await pool.take() is factory.made[1]


@pytest.mark.parametrize("unwell", [False, SandboxFault("The engine does not answer.")])
async def test_one_that_is_not_well_is_given_to_nobody(unwell: bool | SandboxFault) -> None:
    factory = Factory()
    pool = WarmPool(factory, PoolPolicy(size=1), check_every_s=60)
    pool.start()
    await until(lambda: pool.status.ready == 1)
    factory.made[0].well = unwell
    assert await pool.take() is not factory.made[0]
    assert factory.made[0].closed
    await pool.close()


async def test_one_that_is_too_old_is_replaced() -> None:
    factory = Factory()
    async with pooled(factory, max_age_s=0.05) as pool:
        await until(lambda: len(factory.made) >= 2)
        assert factory.made[0].closed == 1
        await until(lambda: pool.status.ready == 1)


@pytest.mark.parametrize("fault", [SandboxFault("The engine does not answer."), ValueError("a bug")])
async def test_a_start_that_fails_is_tried_again_later_and_says_why(fault: Exception) -> None:
    factory = Factory()
    factory.fault = fault
    async with pooled(factory) as pool:
        await until(lambda: factory.tries >= 3)
        assert pool.status.ready == 0
        assert pool.status.reason == (
            str(fault)
            if isinstance(fault, SandboxFault)
            else "A sandbox could not be started ahead; the server's log says why."
        )
        assert await pool.take() is None
        factory.fault = None
        await until(lambda: pool.status.ready == 1)
        assert pool.status.reason == ""


async def test_who_comes_while_one_is_starting_gets_it_and_a_second_one_does_not_wait() -> None:
    factory = Factory()
    factory.open.clear()
    async with pooled(factory) as pool:
        await until(lambda: pool.status.starting)
        first = asyncio.create_task(pool.take())
        await asyncio.sleep(0)
        assert await pool.take() is None
        factory.open.set()
        assert await first is factory.made[0]
        await until(lambda: pool.status.ready == 1)


async def test_who_goes_while_one_is_starting_leaves_it_to_the_next() -> None:
    factory = Factory()
    factory.open.clear()
    async with pooled(factory) as pool:
        await until(lambda: pool.status.starting)
        gone = asyncio.create_task(pool.take())
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.gather(gone, return_exceptions=True)
        factory.open.set()
        await until(lambda: pool.status.ready == 1)
        assert await pool.take() is factory.made[0]


async def test_who_goes_in_the_moment_it_is_handed_over_leaves_nothing_open() -> None:
    factory = Factory()
    factory.open.clear()
    async with pooled(factory) as pool:
        await until(lambda: pool.status.starting)
        gone = asyncio.create_task(pool.take())
        await asyncio.sleep(0)
        factory.open.set()
        await until(lambda: factory.made)  # the handing over happens in the same breath
        gone.cancel()
        (result,) = await asyncio.gather(gone, return_exceptions=True)
        assert isinstance(result, asyncio.CancelledError) or result is factory.made[0]
    owners = sum(result is thing for thing in factory.made)
    assert sum(thing.closed for thing in factory.made) + owners == len(factory.made)


async def test_closing_ends_all_and_lets_nobody_wait() -> None:
    factory = Factory()
    async with pooled(factory, size=2) as pool:
        await until(lambda: pool.status.ready == 2)
        await pool.take()
        factory.open.clear()
        await until(lambda: pool.status.starting)
        await pool.take()
        waiting = asyncio.create_task(pool.take())
        await asyncio.sleep(0)
    assert await waiting is None
    assert [thing.closed for thing in factory.made] == [0, 0]  # both were taken
    assert pool.status.ready == 0


# -- real sandboxes


@pytest.mark.parametrize("name", HOLDING)
async def test_a_warm_sandbox_is_fresh_has_its_imports_and_so_has_its_next_kernel(
    name: str, tmp_path: Path, challenges: Path
) -> None:
    runtime = runtime_by_name(name, tmp_path / "jails")
    state = tmp_path / "state"
    sandboxes = LocalSandboxes(runtime, challenges, ROOT / "pairs", state=state, pool=PoolPolicy(size=1))
    sandboxes.prepare("tiny", ["decimal", "there.is.no.such.module"])
    steps, states = list[str](), list[str]()
    try:
        await until_ready(sandboxes)
        (ahead,) = ours(sandboxes)
        workbench = await sandboxes.open("i", on_kernel=states.append, on_step=steps.append, visible="tiny")
        assert states == ["starting", "idle"]
        assert "starting Python" not in steps  # which is shown while a cold one starts
        assert ahead in ours(sandboxes)
        code = "import sys; print('decimal' in sys.modules, 'decimal' in globals(), In[1:-1])"

        async def said() -> list[Output | Finished]:
            return [item async for item in workbench.execute(code)]

        expected = [Output(kind="stdout", text="True False []\n"), Finished(outcome="ok")]
        assert await said() == expected
        await workbench.restart()
        assert await said() == expected
        await workbench.close()
        assert ahead not in ours(sandboxes)
    finally:
        await sandboxes.close()
    assert ours(sandboxes) == []
    assert not list(state.iterdir())


@pytest.mark.embedded
async def test_a_server_that_was_killed_leaves_spares_that_the_next_one_reaps(
    tmp_path: Path, challenges: Path
) -> None:
    runtime = runtime_by_name("embedded", tmp_path / "jails")

    def sandboxes() -> LocalSandboxes:
        return LocalSandboxes(
            runtime, challenges, ROOT / "pairs", state=tmp_path / "state", pool=PoolPolicy(size=1)
        )

    killed = sandboxes()
    killed.prepare("tiny", [])
    await until_ready(killed)
    assert killed._pool._running is not None
    killed._pool._running.cancel()  # and it closes nothing
    assert await sandboxes().reap() == 1
    assert list(runtime.owned()) == []


@pytest.mark.embedded
async def test_where_nothing_stands_ready_a_cold_start_says_how_far_it_is(
    tmp_path: Path, challenges: Path
) -> None:
    sandboxes = LocalSandboxes(
        runtime_by_name("embedded", tmp_path / "jails"), challenges, ROOT / "pairs", state=tmp_path / "state"
    )
    sandboxes.prepare("tiny", [])
    steps = list[str]()
    workbench = await sandboxes.open("i", on_kernel=lambda _: None, on_step=steps.append, visible="tiny")
    await workbench.close()
    await sandboxes.close()
    assert steps[-3:] == ["checking that sandboxes hold", "starting a sandbox", "starting Python"]


def ours(sandboxes: LocalSandboxes) -> list[str]:
    """Names of its living jails: an engine may hold others'."""
    return [name for name in sandboxes._runtime.owned() if name.startswith(sandboxes._prefix)]


async def until_ready(sandboxes: LocalSandboxes) -> None:
    """On a machine so busy that a start takes too long, the pool tries again."""
    deadline = time.monotonic() + 200
    while not sandboxes.pool.ready:
        assert time.monotonic() < deadline, sandboxes.pool.reason
        await asyncio.sleep(0.02)
