"""One run: rooms of one typist and a few watchers, all on one contender, for some seconds."""

from __future__ import annotations

import asyncio
import gc
import random
import time
from array import array
from dataclasses import dataclass

from bench.rooms.client import Client, Room, connect, now
from bench.rooms.contenders import Contender, Place, Server
from bench.rooms.typing_trace import Trace

JITTER = 0.6
"""Time between two keys is uniform in 1 ± this times the mean."""
CONNECTING_AT_ONCE = 16
SETTLE_S = 5.0


@dataclass(frozen=True, kw_only=True)
class Load:
    rooms: int
    watchers: int = 3
    keys_per_s: float = 8
    warm_s: float = 2
    seconds: float = 10


@dataclass(frozen=True, kw_only=True)
class Result:
    """Latencies are of all pairs of key and watcher, in ms."""

    contender: str
    rooms: int
    p50: float
    p95: float
    p99: float
    cpu_us_per_key: float
    cpu_percent: float
    rss_mb: float
    missing: int
    """Updates that a watcher had not got some seconds after the end."""
    dropped: int
    """Connections that the server closed."""
    keys: int
    generator_lag_p99: float
    """How late the generator itself was, in ms."""


class Typist:
    """Open loop: a slow server does not slow it down."""

    def __init__(self, client: Client, mean_s: float, rng: random.Random, lags: array[float]) -> None:
        self._client, self._mean, self._rng, self._lags = client, mean_s, rng, lags
        self._loop = asyncio.get_running_loop()
        self._at = self._loop.time() + rng.random() * mean_s
        self._timer = self._loop.call_at(self._at, self._type)

    def _type(self) -> None:
        self._lags.append(self._loop.time() - self._at)
        self._client.type_key()
        self._at += self._mean * (1 - JITTER + 2 * JITTER * self._rng.random())
        self._timer = self._loop.call_at(self._at, self._type)

    def stop(self) -> None:
        self._timer.cancel()


async def run(contender: Contender, server: Server, place: Place, load: Load, trace: Trace) -> Result:
    rooms = [Room(trace, f"room-{number}") for number in range(load.rooms)]
    typists = await _enter(contender, place, rooms, typist=True)
    await _open_files(contender, typists)
    watchers = [
        one for _ in range(load.watchers) for one in await _enter(contender, place, rooms, typist=False)
    ]
    await asyncio.sleep(1)
    gc.collect()
    gc.freeze()
    gc.disable()
    lags, latencies, rng = array("d"), array("d"), random.Random(7)
    typing = [Typist(one, 1 / load.keys_per_s, rng, lags) for one in typists]
    await asyncio.sleep(load.warm_s)
    for one in watchers:
        one.latencies = latencies
    del lags[:]
    sent, cpu, began = sum(room.sent for room in rooms), server.cpu_s, now()
    await asyncio.sleep(load.seconds)
    took, cpu = now() - began, server.cpu_s - cpu
    sent = sum(room.sent for room in rooms) - sent
    measured = sorted(latencies)
    rss = server.rss_mb
    for one in typing:
        one.stop()
    missing = await _missing(watchers)
    dropped = sum(one.closed for one in (*typists, *watchers))
    for client in (*typists, *watchers):
        client.leave()
    gc.enable()
    return Result(
        contender=contender.name,
        rooms=load.rooms,
        p50=_quantile(measured, 0.5),
        p95=_quantile(measured, 0.95),
        p99=_quantile(measured, 0.99),
        cpu_us_per_key=1e6 * cpu / max(1, sent),
        cpu_percent=100 * cpu / took,
        rss_mb=rss,
        missing=missing,
        dropped=dropped,
        keys=sent,
        generator_lag_p99=_quantile(sorted(lags), 0.99),
    )


async def _enter(contender: Contender, place: Place, rooms: list[Room], *, typist: bool) -> list[Client]:
    gate = asyncio.Semaphore(CONNECTING_AT_ONCE)

    async def enter(number: int, room: Room) -> Client:
        client, seat = Client(room, contender.dialect, typist=typist), place(number, typist)
        async with gate:
            await connect(client, seat.url, seat.headers)
        return client

    return await asyncio.gather(*(enter(number, room) for number, room in enumerate(rooms)))


async def _open_files(contender: Contender, typists: list[Client]) -> None:
    await _until(lambda: all(one.ready for one in typists), "the server did not send every document")
    if contender.ours:
        for one in typists:
            one.consent()
        await _until(lambda: all(one.consented for one in typists), "consent was not answered")
    for one in typists:
        one.open_file()


async def _until(condition: object, otherwise: str) -> None:
    deadline = time.monotonic() + 30
    while not condition():  # type: ignore[operator]
        if time.monotonic() > deadline:
            raise RuntimeError(otherwise)
        await asyncio.sleep(0.05)


async def _missing(watchers: list[Client]) -> int:
    """What the watchers still lack once the server has had time to send what is under way."""
    deadline = now() + SETTLE_S
    while True:
        # The file's opening may have come with the document or as an update.
        lacking = sum(max(0, one.room.sent - one.updates) for one in watchers)
        if lacking == 0 or now() > deadline:
            return lacking
        await asyncio.sleep(0.1)


def _quantile(ordered: list[float], q: float) -> float:
    """Of seconds, in ms."""
    return 1000 * ordered[min(len(ordered) - 1, int(q * len(ordered)))] if ordered else float("nan")
