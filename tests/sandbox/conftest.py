"""A real server on a real port, inside the test's event loop, with the memory runtime."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
import uvicorn
from hypothesis import settings as hypothesis_settings
from pycrdt import Doc

from sandbox.adapters.memory import MemoryJudge, MemorySandboxes
from sandbox.app import Store, create_app, open_store
from sandbox.core.outbound import Endpoint
from sandbox.core.room_events import PanelRole
from sandbox.settings import Settings
from sandbox.store.database import sqlite_url
from sandbox.store.seats import SeatOf
from sandbox.web.websocket import server_config
from tests.sandbox.challenges import write_challenges
from tests.sandbox.page import Page, join
from tests.sandbox.postgresql import Server, binaries, running

hypothesis_settings.register_profile("sandbox", hypothesis_settings.get_profile("shared"), max_examples=60)
hypothesis_settings.load_profile("sandbox")


@pytest.fixture(scope="session")
def challenges(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_challenges(tmp_path_factory.mktemp("challenges"))


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A server of PostgreSQL; skipped, with the reason, where none is installed."""
    folder = binaries()
    if folder is None:
        pytest.skip("needs PostgreSQL's server (Debian: postgresql)")
    with running(folder) as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Of an empty database, of each kind."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path)
    server: Server = request.getfixturevalue("postgresql")
    return server.new_database()


@dataclass(kw_only=True)
class Plane:
    """One running control plane."""

    base: str
    settings: Settings
    store: Store
    sandboxes: MemorySandboxes
    judge: MemoryJudge

    def interview(self) -> str:
        made, _ = self.store.interviews.create(candidate_name="Ada", interviewer_name="Grace")
        return made.id

    async def cookies(self, interview: str, role: str) -> httpx.Cookies:
        return await join(self.base, getattr(self.store.interviews.links(interview), role))

    async def host(self) -> httpx.AsyncClient:
        cookies = await join(self.base, self.store.interviews.link(SeatOf(role="host")))
        return httpx.AsyncClient(base_url=self.base, cookies=cookies)

    async def invite(self, interview: str, role: PanelRole, name: str) -> httpx.Cookies:
        """The cookies of one more of the panel."""
        async with await self.host() as host:
            body = {"role": role, "name": name}
            made = await host.post(f"/api/rooms/{interview}/panel", json=body)
            assert made.status_code == 201, made.text
            return await join(self.base, made.json()["link"])

    async def page(self, interview: str, role: str, doc: Doc[Any] | None = None) -> Page:
        return Page(self.base, interview, role, await self.cookies(interview, role), doc)


@contextlib.asynccontextmanager
async def serve(
    data: Path,
    challenges: Path,
    sandboxes: MemorySandboxes | None = None,
    judge: MemoryJudge | None = None,
    endpoints: tuple[Endpoint, ...] = (),
    keep_days: int | None = None,
    database_url: str = "",
) -> AsyncIterator[Plane]:
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    base = f"http://127.0.0.1:{listening.getsockname()[1]}"
    settings = Settings(
        data=data,
        challenges=challenges,
        base_url=base,
        runtime="memory",
        static=data / "static",
        endpoints=endpoints,
        keep_days=keep_days,
        database_url=database_url,
    )
    store = open_store(settings)
    plane = Plane(
        base=base,
        settings=settings,
        store=store,
        sandboxes=sandboxes or MemorySandboxes(),
        judge=judge or MemoryJudge(),
    )
    app = create_app(settings, store, plane.sandboxes, plane.judge)
    server = uvicorn.Server(server_config(app))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        while not server.started:
            assert not serving.done(), "the server ended early"
            await asyncio.sleep(0.01)
        yield plane
    finally:
        server.should_exit = True
        await serving
        store.engine.dispose()


@pytest_asyncio.fixture
async def plane(tmp_path: Path, challenges: Path) -> AsyncIterator[Plane]:
    async with serve(tmp_path / "data", challenges) as running:
        yield running
