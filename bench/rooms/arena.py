"""Starts a contender on an empty folder, makes its rooms, runs one load, ends it."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import uvloop

from bench.rooms.contenders import Contender, Place, Seat, Server, contenders
from bench.rooms.load import Load, Result, run
from bench.rooms.typing_trace import make_trace
from sandbox.app import open_store
from sandbox.settings import Settings
from sandbox.store.seats import SeatOf

SERVER_PROCESSOR = 0


@dataclass
class Arena:
    peers: Path
    port: int
    realtime: bool

    def __post_init__(self) -> None:
        self.contenders = contenders(self.peers, self.port)

    def measure(self, name: str, load: Load) -> Result:
        contender = self.contenders[name]
        trace = make_trace(int((load.warm_s + load.seconds + 10) * load.keys_per_s * 1.5))
        with tempfile.TemporaryDirectory(prefix="room-load-") as folder:
            data = Path(folder)
            place = self._place(contender, data, load.rooms)
            server = Server(contender, data, self.port, processor=SERVER_PROCESSOR, realtime=self.realtime)
            server.start()
            try:
                return uvloop.run(run(contender, server, place, load, trace))
            finally:
                server.kill()

    def _place(self, contender: Contender, data: Path, rooms: int) -> Place:
        address = f"ws://127.0.0.1:{self.port}"
        if not contender.ours:
            return lambda room, _typist: Seat(url=f"{address}/room-{room}")
        origin = f"http://127.0.0.1:{self.port}"
        store = open_store(Settings(data=data, base_url=origin))
        names = [
            store.interviews.create(candidate_name="Casey", interviewer_name="Robin")[0].id
            for _ in range(rooms)
        ]
        store.engine.dispose()

        def place(room: int, typist: bool) -> Seat:
            seat = SeatOf(role="candidate" if typist else "interviewer", interview=names[room])
            cookie = f"{seat.cookie}={store.seats.cookie_value(seat)}"
            return Seat(
                url=f"{address}/ws/{seat.interview}/{seat.role}", headers={"Origin": origin, "Cookie": cookie}
            )

        return place
