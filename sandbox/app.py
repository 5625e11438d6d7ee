"""Builds the application: the one place that knows every class. Holds nothing itself."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass

from fastapi import FastAPI
from sqlalchemy import Engine
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.adapters.courier import HttpCourier
from sandbox.core.outbound import Greenhouse
from sandbox.core.view import Guide
from sandbox.ports import Judge, Sandboxes, SandboxFault
from sandbox.service.benches import Benches
from sandbox.service.catalogue import Catalogue, load_catalogue
from sandbox.service.deletion import Deletion
from sandbox.service.desk import Desk
from sandbox.service.hall import Hall, now_us
from sandbox.service.housekeeping import pack_forever, sweep_forever
from sandbox.service.interviews import Interviews
from sandbox.service.judging import Judging
from sandbox.service.leasing import Leasing
from sandbox.service.outbound import Outbound
from sandbox.service.running import Running
from sandbox.service.tasks import Tasks
from sandbox.service.terminals import Terminals
from sandbox.settings import Settings
from sandbox.store.alive import EVERY_S, Alive
from sandbox.store.checkpoints import Checkpoints
from sandbox.store.database import StorageFault, open_database, sqlite_url
from sandbox.store.erasure import Erasure
from sandbox.store.journal import Journal
from sandbox.store.log import EventLog
from sandbox.store.outbox import Outbox
from sandbox.store.records import Records
from sandbox.store.seats import Seats, read_key
from sandbox.web import errors
from sandbox.web.api import make_api
from sandbox.web.pages import make_pages
from sandbox.web.plane import Plane
from sandbox.web.security import Guard, JoinLimit
from sandbox.web.sockets import RoomSockets

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """What the shell's commands and the server share."""

    engine: Engine
    catalogue: Catalogue
    log: EventLog
    seats: Seats
    interviews: Interviews
    erasure: Erasure


def open_store(settings: Settings) -> Store:
    """Raises StorageFault and BadChallenge."""
    try:
        settings.data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageFault(
            f"The data folder {settings.data} cannot be made ({error.strerror}). Name another with --data."
        ) from error
    catalogue = load_catalogue(
        settings.challenges, filter_slug=settings.filter_challenge, probe_slug=settings.probe_challenge
    )
    key = read_key(settings.data)
    engine = open_database(settings.database_url or sqlite_url(settings.data), settings.durability)
    log, seats = EventLog(engine), Seats(engine, key)
    interviews = Interviews(log, seats, catalogue, base_url=settings.base_url, now_us=now_us)
    return Store(
        engine=engine,
        catalogue=catalogue,
        log=log,
        seats=seats,
        interviews=interviews,
        erasure=Erasure(engine, settings.data),
    )


def create_app(settings: Settings, store: Store, sandboxes: Sandboxes, judge: Judge) -> ASGIApp:
    """The whole control plane as one ASGI application."""
    catalogue = store.catalogue
    guide = Guide(
        runtime=sandboxes.runtime,
        caveats=tuple(sandboxes.caveats),
        engineering=catalogue.filter.rubric,
        research=catalogue.probe.rubric,
        entry=catalogue.probe.challenge.entry,
        shown=(catalogue.filter.brief, catalogue.exhibit, catalogue.probe.brief),
    )
    journal, checkpoints = Journal(store.engine, settings.durability), Checkpoints(store.engine)
    tasks, alive = Tasks(), Alive(settings.data)
    hall = Hall(store.log, journal, guide, alive_ms=alive.last_ms())
    leasing = Leasing(sandboxes)
    benches = Benches(sandboxes, leasing, tasks)
    running = Running(benches, tasks)
    terminals = Terminals(benches, tasks)
    deletion = Deletion(
        hall=hall,
        log=store.log,
        interviews=store.interviews,
        erasure=store.erasure,
        running=running,
        benches=benches,
        terminals=terminals,
        keep_days=settings.keep_days,
        now_us=now_us,
    )
    judging = Judging(judge, hall, store.log, tasks)
    outbound = Outbound(
        settings.endpoints,
        outbox=Outbox(store.engine),
        log=store.log,
        interviews=store.interviews,
        courier=HttpCourier(),
        now_us=now_us,
    )
    desk = Desk(
        findings=catalogue.findings,
        benches=benches,
        running=running,
        terminals=terminals,
        judging=judging,
        tasks=tasks,
    )
    plane = Plane(
        catalogue=catalogue,
        hall=hall,
        desk=desk,
        interviews=store.interviews,
        log=store.log,
        records=Records(settings.data),
        seats=store.seats,
        runtime=sandboxes.runtime,
        caveats=tuple(sandboxes.caveats),
        sandboxes=sandboxes,
        leasing=leasing,
        outbound=outbound,
        greenhouse=[one for one in settings.endpoints if isinstance(one, Greenhouse)],
        deletion=deletion,
        keep_days=settings.keep_days,
        measured=(settings.data, settings.pairs / "weights"),
        secure=settings.base_url.startswith("https://"),
    )

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        journal.start()
        checkpoints.start()
        await _reap(sandboxes)
        sandboxes.prepare(catalogue.probe.challenge.slug, catalogue.probe.challenge.imports)
        judging.start()
        outbound.start()
        tasks.start(leasing.run(), name="leases of GPUs")
        tasks.start(outbound.run(), name="results to others")
        tasks.start(sweep_forever(hall, benches, running), name="housekeeping")
        tasks.start(pack_forever(hall, store.log), name="packing")
        tasks.start(deletion.run(), name="retention")
        tasks.start(_beat(alive), name="heartbeat")
        try:
            yield
        finally:
            for room in hall.rooms():
                room.close(1012, "the server restarts; reconnect")
            await tasks.close()
            await benches.close()
            await sandboxes.close()
            await asyncio.to_thread(journal.close)
            await asyncio.to_thread(checkpoints.close)

    app = FastAPI(title="probe", lifespan=lifespan, openapi_url=None, docs_url=None, redoc_url=None)
    errors.install(app)
    app.include_router(make_api(plane, JoinLimit()))
    app.include_router(make_pages(settings.static))
    return _split(Guard(app), RoomSockets(plane))


async def _beat(alive: Alive) -> None:
    while True:
        alive.beat(now_us() // 1000)
        await asyncio.sleep(EVERY_S)


async def _reap(sandboxes: Sandboxes) -> None:
    """A dead engine is no reason not to serve: rooms say what is wrong, and reports can be read."""
    try:
        if left := await sandboxes.reap():
            _log.warning("ended %d sandboxes that an earlier process left", left)
    except SandboxFault as fault:
        _log.error("sandboxes that an earlier process left could not be ended: %s", fault)


def _split(http: ASGIApp, sockets: ASGIApp) -> ASGIApp:
    """WebSockets bypass the framework: frames are the hot path."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await (sockets if scope["type"] == "websocket" else http)(scope, receive, send)

    return app
