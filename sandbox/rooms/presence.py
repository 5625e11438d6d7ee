"""Who is where: awareness states with an identity that the server stamps.

A browser says where its cursor is; who it is comes from its seat. A connection speaks only for client ids
that nobody else holds, so it can neither rename nor remove another. y-protocols' format: a count, then for
each client an id, a clock and a JSON state.

A page takes a state only if its clock is above the last one it was told, also of somebody who was gone in
between. A client's own clock says too little then: who is back, or was hidden for a while, has not moved by
that. So others are told a clock of the server's, which rises with every statement, over restarts too. Pure.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from sandbox.core.colors import color_of
from sandbox.core.places import Place
from sandbox.rooms.connection import Connection
from sandbox.rooms.cursor_track import MAX_POSITION
from sandbox.rooms.lib0 import BadFrame, Reader, prefixed, varint

MAX_CLIENTS = 4
"""Client ids one connection may use: one, and a few after reconnecting."""
MAX_ENTRIES = 64
MAX_LINE = 1_000_000
_dumps = json.JSONEncoder(separators=(",", ":")).encode
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,60}(\.py)?")


NOTHING = varint(0)
"""States of nobody: heard, and without effect."""


@dataclass(slots=True)
class _Client:
    owner: Connection
    clock: int
    """The page's own."""
    state: str


@dataclass(slots=True)
class Presence:
    """States of a room by client id."""

    now_ms: Callable[[], int]
    on_place: Callable[[Place], None] = lambda _place: None
    """Told where each person is, as often as their page says so."""
    _clients: dict[int, _Client] = field(default_factory=dict)
    _news: set[int] = field(default_factory=set)
    """Clients whose state the others have not been told."""
    _told: int = 0
    """The clock of the last statement."""

    def receive(self, owner: Connection, update: bytes) -> None:
        """Take in what a page says of itself. Raises BadFrame."""
        for client, clock, state in _parse(update):
            if not self._may(owner, client, clock):
                continue
            self._clients[client] = _Client(owner, clock, _stamp(state, owner))
            self._news.add(client)
            self.on_place(_place(state, owner))

    def news(self) -> list[tuple[Connection, bytes]]:
        """For each page that moved since the last call, what to tell the others: each client's latest."""
        if not self._news:
            return []
        entries = dict[Connection, list[tuple[int, int, str]]]()
        for client in self._news:
            known = self._clients[client]
            entries.setdefault(known.owner, []).append((client, self._tick(), known.state))
        self._news.clear()
        return [(owner, _build(one)) for owner, one in entries.items()]

    def leave(self, owner: Connection) -> bytes | None:
        """Forget a connection; what to tell the others."""
        gone = [client for client, known in self._clients.items() if known.owner is owner]
        for client in gone:
            del self._clients[client]
            self._news.discard(client)
            self.on_place(_place(None, owner))
        return self._nowhere(gone)

    def everyone(self, reader: Connection, *, but_the_candidate: bool = False) -> bytes | None:
        """All states, for one who has just come.

        Of the reader's own seat with the page's clock: a page that is back knows better where it is.
        """
        told = [
            (client, known.clock if known.owner.author == reader.author else self._tick(), known.state)
            for client, known in self._clients.items()
            if not (but_the_candidate and known.owner.role == "candidate")
        ]
        return _build(told) if told else None

    def candidate(self) -> bytes | None:
        """Where the candidate is, for those who have not been told for a while."""
        return self._states(lambda owner: owner.role == "candidate")

    def panel(self) -> bytes | None:
        """Where the panel is, for the candidate who has not been told for a while."""
        return self._states(lambda owner: owner.role != "candidate")

    def without_the_candidate(self) -> bytes | None:
        """For those who may not see for a while where the candidate is."""
        return self._nowhere(
            [client for client, known in self._clients.items() if known.owner.role == "candidate"]
        )

    def _states(self, wanted: Callable[[Connection], bool]) -> bytes | None:
        told = [
            (client, self._tick(), known.state)
            for client, known in self._clients.items()
            if wanted(known.owner)
        ]
        return _build(told) if told else None

    def _nowhere(self, clients: list[int]) -> bytes | None:
        return _build([(client, self._tick(), "null") for client in clients]) if clients else None

    def _tick(self) -> int:
        self._told = max(self._told + 1, self.now_ms())
        return self._told

    def _may(self, owner: Connection, client: int, clock: int) -> bool:
        """Own ids and free ones; and those of the same seat, since a page that reconnects keeps its id."""
        if (known := self._clients.get(client)) is not None:
            return known.owner.author == owner.author and clock >= known.clock
        return sum(known.owner is owner for known in self._clients.values()) < MAX_CLIENTS


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
