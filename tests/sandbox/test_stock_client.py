"""A Yjs client that we did not write: y-websocket's provider, as it comes from npm, in a room of ours."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from sandbox.settings import PROJECT
from tests.sandbox.conftest import Plane
from tests.sandbox.test_sockets import consented

SCRIPT = PROJECT / "web/test/stock_client.mjs"


class Stock:
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    def type(self, text: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{text}\n".encode())

    async def until(self, condition: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        """The first line that meets it; complaints of the provider end the test."""
        assert self._process.stdout is not None
        async with asyncio.timeout(60):
            while line := await self._process.stdout.readline():
                said: dict[str, Any] = json.loads(line)
                assert "complaint" not in said, said
                if condition(said):
                    return said
        raise AssertionError("the client ended")


@asynccontextmanager
async def stock_client(plane: Plane, interview: str, role: str) -> AsyncIterator[Stock]:
    if shutil.which("node") is None or not (PROJECT / "web/node_modules/y-websocket").exists():
        pytest.fail("y-websocket is missing. Run `npm --prefix web ci`, or `make test`, which does.")
    cookies = await plane.cookies(interview, role)
    cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
    process = await asyncio.create_subprocess_exec(
        *("node", str(SCRIPT), plane.base, interview, role, cookie),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield Stock(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        async with asyncio.timeout(30):
            await process.wait()


async def test_it_reads_and_writes_with_the_candidates_seat(plane: Plane) -> None:
    interview = await consented(plane)
    async with await plane.page(interview, "candidate") as ada:
        ada.summary += "from the page, "
        async with stock_client(plane, interview, "candidate") as stock:
            synced = await stock.until(lambda said: said.get("synced"))
            assert synced["summary"] == "from the page, "
            assert "specdec.py" in synced["files"]
            stock.type("from the stock client, ")
            await ada.until(lambda: str(ada.summary) == "from the page, from the stock client, ")
            ada.summary += "and back"
            await stock.until(lambda said: said.get("summary", "").endswith("client, and back"))


async def test_it_hears_itself_so_it_does_not_take_the_server_for_dead(plane: Plane) -> None:
    interview = await consented(plane)
    async with (
        await plane.page(interview, "candidate") as ada,
        stock_client(plane, interview, "interviewer") as stock,
    ):
        await stock.until(lambda said: said.get("synced"))
        await ada.until(lambda: any(b"specdec.py" in states for states in ada.awareness))
        ada.summary += "typed"
        await stock.until(lambda said: said.get("summary") == "typed")
        assert str(ada.summary) == "typed"


async def test_what_a_watcher_types_reaches_nobody(plane: Plane) -> None:
    interview = await consented(plane)
    async with (
        await plane.page(interview, "candidate") as ada,
        stock_client(plane, interview, "interviewer") as stock,
    ):
        await stock.until(lambda said: said.get("synced"))
        stock.type("not mine to write")
        await asyncio.sleep(0.5)
        ada.summary += "mine"
        await ada.until(lambda: ada.saved == 1)
        assert str(ada.summary) == "mine"
