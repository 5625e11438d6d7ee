"""A page says where it is; who it is, the server says."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sandbox.rooms.connection import Connection
from sandbox.rooms.lib0 import BadFrame, Reader, prefixed, varint
from sandbox.rooms.presence import MAX_CLIENTS, Presence


def say(client: int, clock: int, state: Any) -> bytes:
    return b"\x01" + varint(client) + varint(clock) + prefixed(json.dumps(state).encode())


def heard(update: bytes | None) -> dict[int, Any]:
    assert update is not None
    reader = Reader(update)
    states = {}
    for _ in range(reader.varint()):
        client, _clock = reader.varint(), reader.varint()
        states[client] = json.loads(reader.prefixed())
    return states


async def test_identity_comes_from_the_seat() -> None:
    ada = Connection("candidate", "Ada")
    claim = {
        "user": {"name": "Grace", "role": "interviewer", "color": "#123456"},
        "file": "specdec.py",
        "x": 1,
    }
    assert heard(Presence().receive(ada, say(7, 1, claim))) == {
        7: {"user": {"name": "Ada", "role": "candidate", "color": "#123456"}, "file": "specdec.py"}
    }


@pytest.mark.parametrize("color", ["red", "#12", "#123456;x", 5, None, "url(http://a)"])
async def test_a_color_is_a_color(color: object) -> None:
    ada = Connection("candidate", "Ada")
    state = heard(Presence().receive(ada, say(7, 1, {"user": {"color": color}})))[7]
    assert state["user"]["color"] == "#888888"
    assert state["file"] is None


async def test_nobody_speaks_for_somebody_else() -> None:
    presence, ada, grace = Presence(), Connection("candidate", "Ada"), Connection("interviewer", "Grace")
    presence.receive(grace, say(7, 1, {}))
    assert presence.receive(ada, say(7, 2, None)) is None
    assert heard(presence.everyone())[7]["user"]["name"] == "Grace"


async def test_a_page_that_reconnects_keeps_its_id() -> None:
    presence, before, after = Presence(), Connection("candidate", "Ada"), Connection("candidate", "Ada")
    presence.receive(before, say(7, 1, {}))
    assert presence.receive(after, say(7, 2, {"file": "a.py"})) is not None
    assert presence.leave(before) is None
    assert heard(presence.everyone())[7]["file"] == "a.py"


async def test_who_leaves_is_gone_for_the_others() -> None:
    presence, ada = Presence(), Connection("candidate", "Ada")
    presence.receive(ada, say(7, 1, {}))
    assert heard(presence.leave(ada)) == {7: None}
    assert presence.everyone() is None


async def test_a_connection_has_few_ids() -> None:
    presence, ada = Presence(), Connection("candidate", "Ada")
    for client in range(20):
        presence.receive(ada, say(client, 1, {}))
    assert len(heard(presence.everyone())) == MAX_CLIENTS


@pytest.mark.parametrize(
    "update",
    [b"", b"\x02", b"\xff\xff\x7f", b"\x01\x07\x01\x03{]}", b"\x01\x07\x01\x02{}x", b"\x01\x07\x01\x90\x4e"],
)
async def test_what_is_no_awareness_is_refused(update: bytes) -> None:
    with pytest.raises(BadFrame):
        Presence().receive(Connection("candidate", "Ada"), update)
