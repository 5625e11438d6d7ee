"""Who is where: awareness states with an identity that the server stamps.

A browser says where its cursor is; who it is comes from its seat. A connection speaks only for client ids
that nobody else holds, so it can neither rename nor remove another. y-protocols' format: a count, then for
each client an id, a clock and a JSON state. Pure.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from sandbox.core.places import Place
from sandbox.core.view import color_of
from sandbox.rooms.connection import Connection
from sandbox.rooms.cursor_track import MAX_POSITION
from sandbox.rooms.lib0 import BadFrame, Reader, prefixed, varint

MAX_CLIENTS = 4
"""Client ids one connection may use: one, and a few after reconnecting."""
MAX_ENTRIES = 64
MAX_LINE = 1_000_000
_dumps = json.JSONEncoder(separators=(",", ":")).encode
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,60}(\.py)?")


@dataclass(slots=True)
class Presence:
    """States of a room by client id."""

    on_place: Callable[[Place], None] = lambda _place: None
    """Told where each person is, as often as their page says so."""
    _owners: dict[int, Connection] = field(default_factory=dict)
    _clocks: dict[int, int] = field(default_factory=dict)
    _states: dict[int, str] = field(default_factory=dict)
    _news: set[int] = field(default_factory=set)
    """Clients whose state the others have not been told."""

    def receive(self, owner: Connection, update: bytes) -> None:
        """Take in what a page says of itself. Raises BadFrame."""
        for client, clock, state in _parse(update):
            if not self._may(owner, client) or clock < self._clocks.get(client, 0):
                continue
            self._owners[client], self._clocks[client] = owner, clock
            self._states[client] = _stamp(state, owner)
            self._news.add(client)
            self.on_place(_place(state, owner))

    def news(self) -> list[tuple[Connection, bytes]]:
        """For each page that moved since the last call, what to tell the others: each client's latest."""
        if not self._news:
            return []
        entries = dict[Connection, list[tuple[int, int, str]]]()
        for client in self._news:
            entry = (client, self._clocks[client], self._states[client])
            entries.setdefault(self._owners[client], []).append(entry)
        self._news.clear()
        return [(owner, _build(one)) for owner, one in entries.items()]

    def leave(self, owner: Connection) -> bytes | None:
        """Forget a connection; what to tell the others."""
        gone = [client for client, one in self._owners.items() if one is owner]
        told = [(client, self._clocks[client] + 1, "null") for client in gone]
        for client in gone:
            del self._owners[client], self._clocks[client], self._states[client]
            self._news.discard(client)
            self.on_place(_place(None, owner))
        return _build(told) if told else None

    def everyone(self, *, but_the_candidate: bool = False) -> bytes | None:
        """All states, for one who has just come."""
        told = [
            (client, self._clocks[client], state)
            for client, state in self._states.items()
            if not (but_the_candidate and self._owners[client].role == "candidate")
        ]
        return _build(told) if told else None

    def without_the_candidate(self) -> bytes | None:
        """For those who may not see for a while where the candidate is."""
        told = [
            (client, self._clocks[client], "null")
            for client, owner in self._owners.items()
            if owner.role == "candidate"
        ]
        return _build(told) if told else None

    def _may(self, owner: Connection, client: int) -> bool:
        """Own ids and free ones; and those of the same seat, since a page that reconnects keeps its id."""
        if (holder := self._owners.get(client)) is not None:
            return holder.author == owner.author
        return sum(one is owner for one in self._owners.values()) < MAX_CLIENTS


def _parse(update: bytes) -> list[tuple[int, int, object]]:
    reader = Reader(update)
    count = reader.count()
    if count > MAX_ENTRIES:
        raise BadFrame(f"{count} awareness states")
    entries = []
    for _ in range(count):
        client, clock = reader.varint(), reader.varint()
        try:
            state = json.loads(reader.prefixed())
        except (ValueError, RecursionError):
            raise BadFrame("an awareness state is no JSON") from None
        entries.append((client, clock, state))
    if reader.left:
        raise BadFrame("bytes after the awareness states")
    return entries


def _stamp(state: object, owner: Connection) -> str:
    """Only the protocol's fields, and the identity of the seat."""
    if not isinstance(state, dict):
        return "null"
    file, top, color = state.get("file"), state.get("top"), color_of(owner.author)
    kept: dict[str, object] = {
        "user": {"name": owner.name, "role": owner.role, "color": color, "colorLight": f"{color}33"},
        "file": file if isinstance(file, str) and _NAME.fullmatch(file) else None,
    }
    if type(top) is int and 1 <= top <= MAX_LINE:
        kept["top"] = top
    if isinstance(state.get("cursor"), dict):
        kept["cursor"] = state["cursor"]
    return _dumps(kept)


def _place(state: object, owner: Connection) -> Place:
    """Where a page says that its person is: the open file, and the cursor in it as ``[anchor, head]``."""
    if not isinstance(state, dict):
        return Place(owner.role, owner.name)
    file, at = state.get("file"), state.get("at")
    file = file if isinstance(file, str) and _NAME.fullmatch(file) else None
    match at:
        case [int(anchor), int(head)] if 0 <= anchor <= MAX_POSITION and 0 <= head <= MAX_POSITION:
            return Place(owner.role, owner.name, file, int(anchor), int(head))
        case _:
            return Place(owner.role, owner.name, file)


def _build(entries: list[tuple[int, int, str]]) -> bytes:
    parts = [varint(len(entries))]
    for client, clock, state in entries:
        parts += [varint(client), varint(clock), prefixed(state.encode("utf-8", "surrogatepass"))]
    return b"".join(parts)
