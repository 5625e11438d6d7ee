"""What nobody uses is given back, and not before its time."""

from __future__ import annotations

from pathlib import Path

from sandbox.adapters.memory import MemorySandboxes
from sandbox.app import open_store
from sandbox.core import events as ev
from sandbox.core.view import Guide
from sandbox.rooms.connection import Connection
from sandbox.service.benches import Benches
from sandbox.service.hall import Hall
from sandbox.service.housekeeping import ROOM_IDLE_S, SANDBOX_IDLE_S, sweep
from sandbox.service.leasing import Leasing
from sandbox.service.running import Running
from sandbox.service.tasks import Tasks
from sandbox.settings import Settings
from sandbox.store.journal import Journal


async def test_a_room_that_was_left_loses_its_sandbox_then_its_place(
    tmp_path: Path, challenges: Path
) -> None:
    store = open_store(Settings(data=tmp_path, challenges=challenges))
    interview, _ = store.interviews.create(candidate_name="Ada", interviewer_name="Grace")
    catalogue, journal, tasks = store.catalogue, Journal(store.engine), Tasks()
    guide = Guide(
        runtime="memory",
        caveats=(),
        engineering=catalogue.filter.rubric,
        research=catalogue.probe.rubric,
        entry="specdec.py",
    )
    journal.start()
    hall, sandboxes = Hall(store.log, journal, guide), MemorySandboxes()
    benches = Benches(sandboxes, Leasing(sandboxes), tasks)
    running = Running(benches, tasks)
    room = hall.open(interview.id)
    await room.record("candidate", ev.Consented())
    ada = Connection("candidate", "Ada")
    await room.join(ada)
    benches.start(room)
    await tasks.idle()
    assert room.live.sandbox == "ready"

    await sweep(room, hall, benches, running, now=room.empty_since + 10 * SANDBOX_IDLE_S)
    assert room.live.sandbox == "ready", "somebody is there"

    room.leave(ada)
    await sweep(room, hall, benches, running, now=room.empty_since + ROOM_IDLE_S + 1)
    assert (room.live.sandbox, hall.rooms()) == ("ready", [room]), "they may come back to a warm kernel"

    await sweep(room, hall, benches, running, now=room.empty_since + SANDBOX_IDLE_S + 1)
    assert (room.live.sandbox, hall.rooms()) == ("off", [])
    assert hall.open(interview.id).interview == room.interview
    journal.close()
    store.engine.dispose()
