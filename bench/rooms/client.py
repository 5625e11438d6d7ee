"""A Yjs client that never decodes a document: a typist or a watcher of one room, on picows.

Dialects: ``y`` is y-websocket's framing; ``hocuspocus`` puts the document's name in front of every message
and authenticates first; ``probe`` is docs/protocol.md: ``y``, acknowledgements, and bundles.
"""

from __future__ import annotations

import json
import time
from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

from bench.rooms.contenders import Dialect
from bench.rooms.typing_trace import Trace
from sandbox.rooms.lib0 import Reader, prefixed

SYNC, AWARENESS, AUTH, SAVED = 0, 1, 2, 9
STEP_1, STEP_2, UPDATE = 0, 1, 2
NOTHING = b"\0\0"
now = time.perf_counter


@dataclass
class Room:
    """What its typist sent, and when."""

    trace: Trace
    name: str
    sent_at: array[float] = field(init=False)
    sent: int = 0

    def __post_init__(self) -> None:
        self.sent_at = array("d", bytes(8 * len(self.trace.updates)))


class Client(WSListener):  # type: ignore[misc]  # picows is installed by the bench and has no types here
    def __init__(self, room: Room, dialect: Dialect, *, typist: bool) -> None:
        self.room, self.dialect, self.typist = room, dialect, typist
        self.latencies: array[float] | None = None
        """Seconds from a key's sending to its arrival here; None while warming up."""
        self.updates = self.frames = self.saved = 0
        self.ready = False
        """The server has sent its document."""
        self.consented = False
        self.closed = False
        self._prefix = prefixed(room.name.encode()) if dialect == "hocuspocus" else b""

    def on_ws_connected(self, transport: WSTransport) -> None:
        self._transport = transport
        if self.dialect == "hocuspocus":
            self._send(bytes((AUTH, 0)) + prefixed(b"token"))
        self._send(bytes((SYNC, STEP_1)) + prefixed(b"\0"))

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self.closed = True

    def leave(self) -> None:
        if not self.closed:
            self.closed = True
            self._transport.disconnect()

    def consent(self) -> None:
        """Before it, our server records nothing that a candidate writes."""
        command = {"type": "command", "id": 1, "name": "consent", "args": {}}
        self._transport.send(WSMsgType.TEXT, json.dumps(command).encode())

    def open_file(self) -> None:
        self._send(bytes((SYNC, UPDATE)) + prefixed(self.room.trace.opening))

    def type_key(self) -> None:
        room, key = self.room, self.room.sent
        if self.closed or key >= len(room.trace.updates):
            return
        room.sent_at[key], room.sent = now(), key + 1
        self._send(bytes((SYNC, UPDATE)) + prefixed(room.trace.updates[key]))
        self._send(bytes((AWARENESS,)) + prefixed(room.trace.cursors[key]))

    def _send(self, message: bytes) -> None:
        if not self.closed:
            self._transport.send(WSMsgType.BINARY, self._prefix + message)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        self.frames += 1
        if frame.msg_type == WSMsgType.BINARY:
            self._take(frame.get_payload_as_bytes())
        elif frame.msg_type == WSMsgType.TEXT and self.typist and not self.consented:
            self.consented = b'"done"' in frame.get_payload_as_bytes()
        elif frame.msg_type == WSMsgType.CLOSE:
            self.leave()

    def _take(self, message: bytes) -> None:
        reader = Reader(message)
        if self._prefix:
            reader.prefixed()
        kind = reader.varint()
        if kind == SAVED and self.dialect == "probe":
            self.saved = reader.varint()
        elif kind == SYNC or (kind == 4 and self._prefix):
            self._sync(reader.varint(), reader.prefixed())

    def _sync(self, step: int, body: bytes) -> None:
        if step == UPDATE:
            self.updates += 1
            if not self.typist and self.latencies is not None:
                key = self.room.trace.key_of(body)
                if key is not None:
                    self.latencies.append(now() - self.room.sent_at[key])
        elif step == STEP_2:
            self.ready = True
        elif not self._prefix:
            self._send(bytes((SYNC, STEP_2)) + prefixed(NOTHING))


async def connect(client: Client, url: str, headers: dict[str, str]) -> None:
    make: Callable[[], Any] = lambda: client  # noqa: E731
    await ws_connect(make, url, websocket_handshake_timeout=30, extra_headers=headers, max_frame_size=1 << 26)
