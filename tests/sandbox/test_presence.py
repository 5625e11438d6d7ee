"""A page says where it is; who it is, the server says."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import repeat
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycrdt import Awareness, Doc

from sandbox.core.places import Place
from sandbox.rooms.connection import Connection
from sandbox.rooms.lib0 import BadFrame, Reader, prefixed, varint
from sandbox.rooms.presence import MAX_CLIENTS, Presence

STRANGER = Connection("watcher", "Barbara", 9)


def presence_of(on_place: Callable[[Place], None] = lambda _place: None) -> Presence:
    """Of a room whose clock stands still."""
    return Presence(now_ms=lambda: 1_000, on_place=on_place)


def say(client: int, clock: int, state: Any) -> bytes:
    return b"\x01" + varint(client) + varint(clock) + prefixed(json.dumps(state).encode())


def told(presence: Presence, owner: Connection, update: bytes) -> bytes | None:
    """What the others hear of one awareness message."""
    presence.receive(owner, update)
    return next((states for _, states in presence.news()), None)


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
    orange = {"color": "#d0762c", "colorLight": "#d0762c33"}
    assert heard(told(presence_of(), ada, say(7, 1, claim))) == {
        7: {"user": {"name": "Ada", "role": "candidate", **orange}, "file": "specdec.py"}
    }


async def test_everybody_of_a_panel_has_a_color_of_their_own() -> None:
    people = [
        Connection("candidate", "Ada"),
        *(Connection("interviewer", "G", number) for number in range(8)),
    ]
    colors = [heard(told(presence_of(), one, say(7, 1, {})))[7]["user"]["color"] for one in people]
    assert len(set(colors)) == len(colors)


@pytest.mark.parametrize("top", [0, -1, 2.5, True, "3", 10**9, None, [1]])
async def test_a_line_is_a_line(top: object) -> None:
    ada = Connection("candidate", "Ada")
    assert "top" not in heard(told(presence_of(), ada, say(7, 1, {"top": top})))[7]
    assert heard(told(presence_of(), ada, say(8, 1, {"top": 3})))[8]["top"] == 3


async def test_a_member_does_not_speak_for_another() -> None:
    presence = presence_of()
    presence.receive(Connection("interviewer", "Grace"), say(7, 1, {}))
    presence.news()
    assert told(presence, Connection("interviewer", "Edsger", 1), say(7, 2, None)) is None


async def test_nobody_speaks_for_somebody_else() -> None:
    presence, ada, grace = presence_of(), Connection("candidate", "Ada"), Connection("interviewer", "Grace")
    presence.receive(grace, say(7, 1, {}))
    presence.news()
    assert told(presence, ada, say(7, 2, None)) is None
    assert heard(presence.everyone(STRANGER))[7]["user"]["name"] == "Grace"


async def test_a_page_that_reconnects_keeps_its_id() -> None:
    presence, before, after = presence_of(), Connection("candidate", "Ada"), Connection("candidate", "Ada")
    presence.receive(before, say(7, 1, {}))
    assert told(presence, after, say(7, 2, {"file": "a.py"})) is not None
    assert presence.leave(before) is None
    assert heard(presence.everyone(STRANGER))[7]["file"] == "a.py"


async def test_who_leaves_is_gone_for_the_others() -> None:
    presence, ada = presence_of(), Connection("candidate", "Ada")
    presence.receive(ada, say(7, 1, {}))
    assert heard(presence.leave(ada)) == {7: None}
    assert presence.everyone(STRANGER) is None


async def test_only_the_latest_place_is_told() -> None:
    presence, ada, grace = presence_of(), Connection("candidate", "Ada"), Connection("interviewer", "Grace")
    presence.receive(ada, say(7, 1, {"file": "a.py"}))
    presence.receive(grace, say(8, 1, {"file": "c.py"}))
    presence.receive(ada, say(7, 2, {"file": "b.py"}))
    news = {
        owner: {client: one["file"] for client, one in heard(states).items()}
        for owner, states in presence.news()
    }
    assert news == {ada: {7: "b.py"}, grace: {8: "c.py"}}
    assert presence.news() == []


async def test_a_connection_has_few_ids() -> None:
    presence, ada = presence_of(), Connection("candidate", "Ada")
    for client in range(20):
        presence.receive(ada, say(client, 1, {}))
    assert len(heard(presence.everyone(STRANGER))) == MAX_CLIENTS


@pytest.mark.parametrize(
    "update",
    [b"", b"\x02", b"\xff\xff\x7f", b"\x01\x07\x01\x03{]}", b"\x01\x07\x01\x02{}x", b"\x01\x07\x01\x90\x4e"],
)
async def test_what_is_no_awareness_is_refused(update: bytes) -> None:
    with pytest.raises(BadFrame):
        presence_of().receive(Connection("candidate", "Ada"), update)


@pytest.mark.parametrize(
    ("state", "place"),
    [
        ({"file": "a.py", "at": [1, 2]}, ("a.py", 1, 2)),
        ({"file": "a.py"}, ("a.py", None, None)),
        ({"file": "../a", "at": [1, 2]}, (None, 1, 2)),
        ({"file": "a.py", "at": [-1, 2]}, ("a.py", None, None)),
        ({"file": "a.py", "at": [1, 1 << 60]}, ("a.py", None, None)),
        ({"file": "a.py", "at": [1.5, "2"]}, ("a.py", None, None)),
        ({"file": "a.py", "at": {"0": 1}}, ("a.py", None, None)),
        (None, (None, None, None)),
    ],
)
async def test_a_place_is_what_fits_and_never_told_to_others(
    state: object, place: tuple[str | None, int | None, int | None]
) -> None:
    places: list[Place] = []
    presence = presence_of(on_place=places.append)
    presence.receive(Connection("candidate", "Ada"), say(7, 1, state))
    assert places == [Place("candidate", "Ada", *place)]
    assert "at" not in (heard(presence.everyone(STRANGER))[7] or {})


async def test_who_leaves_is_nowhere() -> None:
    places: list[Place] = []
    presence, ada = presence_of(on_place=places.append), Connection("candidate", "Ada")
    presence.receive(ada, say(7, 1, {"file": "a.py", "at": [1, 2]}))
    presence.leave(ada)
    assert places[-1] == Place("candidate", "Ada")


# -- what pages make of it: they drop what their own rules, here pycrdt's, take for old


class Watcher:
    """A page that is told what a room tells it."""

    def __init__(self, presence: Presence) -> None:
        self.presence, self.seat = presence, Connection("interviewer", "Grace")
        self.awareness = Awareness(Doc[Any]())

    def hear(self, update: bytes | None) -> None:
        if update is not None:
            self.awareness.apply_awareness_update(update, "server")

    def hear_news(self) -> None:
        for _, update in self.presence.news():
            self.hear(update)

    def reconnect(self) -> None:
        """As pages do: forget the others, then be told of everyone."""
        others = [client for client in self.awareness.states if client != self.awareness.client_id]
        self.awareness.remove_awareness_states(others, "lost")
        self.hear(self.presence.everyone(self.seat))

    @property
    def sees(self) -> dict[int, str]:
        """The open file of each other client."""
        states = self.awareness.states.items()
        return {client: state["file"] for client, state in states if client != self.awareness.client_id}


async def test_who_did_not_move_during_a_focus_block_is_seen_after_it() -> None:
    presence, ada = presence_of(), Connection("candidate", "Ada")
    watcher = Watcher(presence)
    presence.receive(ada, say(7, 5, {"file": "a.py"}))
    watcher.hear_news()
    watcher.hear(presence.without_the_candidate())
    assert watcher.sees == {}
    watcher.hear(presence.candidate())
    assert watcher.sees == {7: "a.py"}


async def test_a_page_that_is_back_is_seen_though_its_clock_stood_still() -> None:
    presence = presence_of()
    watcher = Watcher(presence)
    for seat in repeat(Connection("candidate", "Ada"), 2):
        presence.receive(seat, say(7, 5, {"file": "a.py"}))
        watcher.hear_news()
        assert watcher.sees == {7: "a.py"}
        watcher.hear(presence.leave(seat))
        assert watcher.sees == {}


async def test_who_comes_back_sees_those_who_did_not_move_meanwhile() -> None:
    presence = presence_of()
    watcher = Watcher(presence)
    presence.receive(Connection("candidate", "Ada"), say(7, 5, {"file": "a.py"}))
    watcher.hear_news()
    watcher.reconnect()
    assert watcher.sees == {7: "a.py"}


async def test_a_page_that_is_back_is_not_put_where_it_was() -> None:
    presence = presence_of()
    page = Watcher(presence)
    page.awareness.set_local_state({"file": "before.py"})
    own = page.awareness.client_id
    presence.receive(page.seat, say(own, page.awareness.meta[own]["clock"], {"file": "before.py"}))
    page.awareness.set_local_state({"file": "after.py"})
    page.hear(presence.everyone(Connection("interviewer", "Grace")))
    assert page.awareness.get_local_state() == {"file": "after.py"}


async def test_a_restarted_server_is_believed() -> None:
    first, second = Presence(now_ms=lambda: 1_000), Presence(now_ms=lambda: 2_000)
    watcher = Watcher(first)
    first.receive(Connection("candidate", "Ada"), say(7, 5, {"file": "a.py"}))
    watcher.hear_news()
    watcher.presence = second
    second.receive(Connection("candidate", "Ada"), say(7, 5, {"file": "b.py"}))
    watcher.hear_news()
    assert watcher.sees == {7: "b.py"}


@given(st.lists(st.sampled_from(("move", "repeat", "leave", "hide", "show", "reconnect")), max_size=30))
def test_whatever_happens_a_watcher_sees_where_the_candidate_is_now(steps: list[str]) -> None:
    presence, ada = presence_of(), Connection("candidate", "Ada")
    watcher, clock, there, hidden = Watcher(presence), 0, False, False
    for step in steps:
        match step:
            case "move" | "repeat":
                clock, there = clock + (step == "move"), True
                presence.receive(ada, say(7, clock, {"file": f"at_{clock}.py"}))
                news = presence.news()
                if not hidden:
                    watcher.hear(news[0][1])
            case "leave":
                there = False
                watcher.hear(presence.leave(ada))
                ada = Connection("candidate", "Ada")
            case "hide":
                hidden = True
                watcher.hear(presence.without_the_candidate())
            case "show":
                hidden = False
                watcher.hear(presence.candidate())
            case "reconnect" if not hidden:
                watcher.reconnect()
        assert watcher.sees == ({7: f"at_{clock}.py"} if there and not hidden else {})
