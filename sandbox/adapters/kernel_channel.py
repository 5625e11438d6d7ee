"""The channels of one kernel: requests go out, what answers one comes back, and its death is told.

It reads for as long as the kernel lives, so that death is seen when nothing runs. Messages are matched to
requests by parent; all others are dropped.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from uuid import uuid4

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, ConnectionClosedError

from sandbox.adapters import jupyter_wire
from sandbox.adapters.jupyter_wire import Message
from sandbox.ports import SandboxFault

DEATH = Message(channel="iopub", kind="death", parent="", content={})
"""What every request hears last of a kernel that died."""
OVERSIZE = Message(channel="iopub", kind="oversize", parent="", content={})
"""In the place of a message that is longer than the connection takes."""
_BREATH_BYTES = 1024 * 1024
_BREATH_S = 0.02
_MESSAGE_TOO_BIG = 1009  # RFC 6455, section 7.4.1
_DEAD_STATES = frozenset({"dead", "restarting", "autorestarting"})
_MAX_WAITING = 256
"""Messages of one request that nobody has read: a slow reader slows the kernel."""


class KernelChannel:
    def __init__(self, on_death: Callable[[], None]) -> None:
        self.on_death = on_death
        self.dead = False
        self._waiting: dict[str, asyncio.Queue[Message]] = {}
        self._session = uuid4().hex
        self._stack = contextlib.AsyncExitStack()
        self._connection: ClientConnection
        self._reader: asyncio.Task[None] | None = None

    async def open(self, connection: AbstractAsyncContextManager[ClientConnection]) -> None:
        self._connection = await self._stack.enter_async_context(connection)
        self._reader = asyncio.create_task(self._read())

    async def ask(
        self,
        channel: jupyter_wire.Channel,
        kind: str,
        content: dict[str, object],
        reply_kind: str,
        header: dict[str, object] | None = None,
    ) -> Message:
        """The reply to one request. Raises SandboxFault when the kernel dies over it."""
        async with self.request(channel, kind, content, header) as messages:
            while True:
                message = await messages.get()
                if message is DEATH:
                    raise SandboxFault("The kernel is not running. Restart it.")
                if message.kind == reply_kind:
                    return message

    @contextlib.asynccontextmanager
    async def request(
        self,
        channel: jupyter_wire.Channel,
        kind: str,
        content: dict[str, object],
        header: dict[str, object] | None = None,
    ) -> AsyncIterator[asyncio.Queue[Message]]:
        """Send a request and collect what answers it. Raises SandboxFault."""
        request = uuid4().hex
        messages: asyncio.Queue[Message] = asyncio.Queue(maxsize=_MAX_WAITING)
        self._waiting[request] = messages
        fields = {
            "msg_id": request,
            "msg_type": kind,
            "session": self._session,
            "username": "candidate",
            "version": "5.4",
            "date": datetime.now(UTC).isoformat(),
            **(header or {}),
        }
        try:
            await self._connection.send(jupyter_wire.encode(channel, fields, content))
            yield messages
        except ConnectionClosed as error:
            raise SandboxFault("The kernel is not running. Restart it.") from error
        finally:
            del self._waiting[request]
            while not messages.empty():  # the reader may be waiting for room in it
                messages.get_nowait()

    def die(self) -> None:
        """Tell every request, and whoever it belongs to. Once."""
        if self.dead:
            return
        self.dead = True
        self._tell_all(DEATH)
        self.on_death()

    def expect_death(self) -> None:
        """What comes now is no death to be told."""
        self.dead = True

    async def close(self) -> None:
        """Let go, without a word to the kernel and without `on_death`."""
        self.expect_death()
        if self._reader is not None:
            self._reader.cancel()
        with contextlib.suppress(ConnectionClosed, OSError):
            await self._stack.aclose()
        self._tell_all(DEATH)

    async def _read(self) -> None:
        unread = 0
        try:
            async for frame in self._connection:
                unread += len(frame)
                if unread > _BREATH_BYTES:  # a flood is read slowly, so that others get their turn
                    unread = 0
                    await asyncio.sleep(_BREATH_S)
                message = _decoded(frame)
                if message is None:
                    continue
                if message.kind == "status" and message.content.get("execution_state") in _DEAD_STATES:
                    break
                queue = self._waiting.get(message.parent)
                if queue is not None:
                    await queue.put(message)
        except ConnectionClosedError as error:
            if error.sent is not None and error.sent.code == _MESSAGE_TOO_BIG:
                self._tell_all(OVERSIZE)
        self.die()

    def _tell_all(self, message: Message) -> None:
        for queue in self._waiting.values():
            _force(queue, message)


def _decoded(frame: str | bytes) -> Message | None:
    """None for what is no frame of the protocol; a forger gains nothing by sending it."""
    if isinstance(frame, str):
        return None
    try:
        return jupyter_wire.decode(frame)
    except jupyter_wire.BadFrame:
        return None


def _force(queue: asyncio.Queue[Message], message: Message) -> None:
    """Put it in even when the queue is full, at the cost of what is waiting there."""
    while queue.full():
        queue.get_nowait()
    queue.put_nowait(message)
