"""uvicorn's WebSocket protocol with a short way for the frames of a room.

The handshake, pings, fragments, closing and every error stay uvicorn's and `websockets`'. Once a room
listens, a whole masked frame of text or data goes to it straight from the socket, and a frame that was made
once for all pages is written as it is: no queue, no task and no message dictionary in between. At eight keys
a second in hundreds of rooms these were most of the server's work (docs/room.md).
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any, cast

import uvicorn
from starlette.types import ASGIApp, Scope
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request
from websockets.speedups import apply_mask

from sandbox.rooms.connection import Close
from sandbox.rooms.sealing import Sealed

MAX_FRAME = 512 * 1024
CLOSE_WITHIN_S = 20.0
"""A page that does not even read why it is closed is cut off then."""
_CHANNEL = "probe.channel"
_TEXT, _BINARY = 0x81, 0x82
"""First byte of a frame that is a whole message: the last fragment, no extension."""
_MASKED = 0x80

Listener = Callable[[bytes | str], None]


def server_config(app: ASGIApp) -> uvicorn.Config:
    """How the control plane is served, in production and in tests."""
    return uvicorn.Config(
        app,
        loop="uvloop",
        ws=RoomProtocol,
        ws_per_message_deflate=False,  # memory for each connection, and nothing saved on small frames
        ws_max_size=MAX_FRAME,
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=10,
    )


def channel_of(scope: Scope) -> Channel:
    """The short way of an accepted WebSocket."""
    channel = scope["extensions"][_CHANNEL]
    assert isinstance(channel, Channel)
    return channel


class Channel:
    """A room's `Outlet` on one WebSocket, and where its messages come from."""

    def __init__(self, protocol: RoomProtocol) -> None:
        self._protocol = protocol

    def listen(self, listener: Listener, resume: Callable[[], None]) -> None:
        """Hand over every message as it arrives; ``resume`` is called when the page has caught up.

        From here on ASGI's ``receive`` returns the end of the connection and nothing else.
        """
        self._protocol.listen(listener, resume)

    @property
    def writable(self) -> bool:
        return self._protocol.writable.is_set()

    def write(self, frame: Sealed) -> None:
        if not (self._protocol.close_sent or self._protocol.disconnected):
            self._protocol.transport.write(frame)

    def close(self, why: Close) -> None:
        protocol = self._protocol
        closing = protocol.loop.create_task(self._close(why))
        protocol.tasks.add(closing)
        closing.add_done_callback(protocol.tasks.discard)
        protocol.loop.call_later(CLOSE_WITHIN_S, protocol.transport.abort)

    async def _close(self, why: Close) -> None:
        if self._protocol.close_sent or self._protocol.disconnected:
            return
        with contextlib.suppress(ClientDisconnected):  # cut off before it has read why
            await self._protocol.send({"type": "websocket.close", "code": why.code, "reason": why.reason})


class RoomProtocol(WebSocketsSansIOProtocol):
    _listener: Listener | None = None
    _resume: Callable[[], None] | None = None
    _rest = b""
    """The beginning of a frame whose end has not arrived."""
    _long_way = False
    """Something came before the handshake was over: the parser may hold half a frame."""

    def listen(self, listener: Listener, resume: Callable[[], None]) -> None:
        self._listener, self._resume = listener, resume
        self._hand_over()

    def _hand_over(self) -> None:
        """What has been put in the queue for ASGI is for the listener."""
        assert self._listener is not None
        for message in [self.queue.get_nowait() for _ in range(self.queue.qsize())]:
            if message["type"] == "websocket.receive":
                data, text = message.get("bytes"), message.get("text")
                self._listener(data if data is not None else text or "")
            else:
                self.queue.put_nowait(message)
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if self.response.status_code == 101:
            cast("dict[str, Any]", self.scope["extensions"])[_CHANNEL] = Channel(self)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._resume is not None:
            self._resume()

    def data_received(self, data: bytes) -> None:
        """Cut what arrives into frames; the parser gets those that need more than unmasking."""
        if not self.handshake_complete or self._long_way:
            self._long_way = self.handshake_initiated
            super().data_received(data)
            return
        if self._rest:
            data, self._rest = self._rest + data, b""
        at, end = 0, len(data)
        while at < end:
            header, payload = _frame_size(data, at, end)
            if payload > MAX_FRAME:
                super().data_received(data[at:])  # refused by the parser, with all that follows
                return
            if header == 0 or at + header + payload > end:
                self._rest = data[at:]
                return
            self._take(data, at, header, at + header + payload)
            at += header + payload

    def _take(self, data: bytes, at: int, header: int, end: int) -> None:
        """One whole frame."""
        listener, first = self._listener, data[at]
        plain = first in (_TEXT, _BINARY) and data[at + 1] & _MASKED and not self.frames
        if not plain or listener is None or self.close_sent:
            super().data_received(data[at:end])
            return
        start = at + header
        payload = apply_mask(data[start:end], data[start - 4 : start])
        if first == _BINARY:
            listener(payload)
            return
        try:
            text = payload.decode()
        except UnicodeDecodeError:
            super().data_received(data[at:end])
        else:
            listener(text)

    def send_receive_event_to_app(self) -> None:
        """The parser has put a message together."""
        super().send_receive_event_to_app()
        if self._listener is not None:
            self._hand_over()


def _frame_size(data: bytes, at: int, end: int) -> tuple[int, int]:
    """Bytes of the header and of the payload; (0, 0) when the header is not all there."""
    if end - at < 2:
        return 0, 0
    second = data[at + 1]
    mask, length = 4 if second & _MASKED else 0, second & 0x7F
    if length < 126:
        return 2 + mask, length
    size = 2 if length == 126 else 8
    if end - at < 2 + size:
        return 0, 0
    return 2 + size + mask, int.from_bytes(data[at + 2 : at + 2 + size], "big")
