"""The WebSocket endpoint: who may come in, and what becomes of what a page says."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import secrets
import time
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from typing import Any, cast

from pydantic import ValidationError
from starlette.types import Receive, Scope, Send

from sandbox.core import commands as cmd
from sandbox.core.access import Role, author_of
from sandbox.core.refusal import NotAllowed
from sandbox.core.room_events import OutageCause
from sandbox.rooms import frames
from sandbox.rooms.connection import (
    BAD_FRAME,
    ENDED,
    NO_INTERVIEW,
    NO_SEAT,
    TOO_SLOW,
    Allowance,
    Connection,
)
from sandbox.rooms.lib0 import BadFrame
from sandbox.rooms.room import Room
from sandbox.store.database import StorageFault
from sandbox.web.gate import seated
from sandbox.web.plane import Plane
from sandbox.web.security import same_origin
from sandbox.web.websocket import Channel, channel_of

_PATH = re.compile(r"/ws/([0-9a-f]{1,32})/(candidate|interviewer|watcher)")
MAX_TABS = 10
"""Open pages of one seat."""
MAX_COMMANDS_AT_ONCE = 8
DOCUMENT_ONLY = b"only=document"
"""Query of a Yjs client that is not our page."""
LOST: Mapping[int, OutageCause] = {
    **dict.fromkeys((1005, 1006, 1011, 4008), "connection"),
    **dict.fromkeys((1012, TOO_SLOW), "server"),
}
"""Close codes of a page whose person did not leave: no goodbye or the page's own word for silence; and ours.

A browser says 1001 when its page is closed, and our page 1000; 1005 is a connection that just ended.
"""
_log = logging.getLogger(__name__)


class RoomSockets:
    def __init__(self, plane: Plane) -> None:
        self._plane = plane

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection, from its opening to its end."""
        await receive()  # websocket.connect
        await send({"type": "websocket.accept"})
        try:
            room, role, member = self._enter(scope)
        except _Refused as refused:
            await send({"type": "websocket.close", "code": refused.code, "reason": refused.reason})
            return
        channel = channel_of(scope)
        name = room.interview.name_of(author_of(role, member))
        connection = Connection(
            role, name, member, channel, document_only=scope["query_string"] == DOCUMENT_ONLY
        )
        await _Talk(self._plane, room, connection).run(channel, receive)

    def _enter(self, scope: Scope) -> tuple[Room, Role, int]:
        """The room, the role and who of the panel it is. Raises _Refused."""
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        match = _PATH.fullmatch(scope["path"])
        if match is None or not same_origin(headers, required=True):
            raise _Refused(NO_SEAT, "no seat")
        interview, role = match[1], cast("Role", match[2])
        try:
            if (seat := seated(self._plane, role, interview, _cookies(headers))) is None:
                raise _Refused(NO_SEAT, "no seat")
            room = self._plane.hall.open(interview)
        except LookupError:
            raise _Refused(NO_INTERVIEW, "no such interview") from None
        except StorageFault:
            raise _Refused(TOO_SLOW, "the database cannot be read; reconnect") from None
        if role == "candidate" and room.interview.stage == "finished":
            raise _Refused(ENDED, "the interview is over")
        if room.live.tabs.get(seat.author, 0) >= MAX_TABS:
            raise _Refused(BAD_FRAME, "too many pages are open; close one")
        return room, role, seat.member


class _Refused(Exception):
    def __init__(self, code: int, reason: str) -> None:
        self.code, self.reason = code, reason
        super().__init__(reason)


def _cookies(headers: dict[str, str]) -> dict[str, str]:
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(headers.get("cookie", "")).items()}
    except CookieError:
        return {}


class _Talk:
    """The conversation with one page."""

    def __init__(self, plane: Plane, room: Room, connection: Connection) -> None:
        self._plane, self._room, self._connection = plane, room, connection
        self._binary = Allowance(per_second=200, burst=2_000, clock=time.monotonic)
        self._text = Allowance(per_second=40, burst=200, clock=time.monotonic)
        self._commands: set[asyncio.Task[None]] = set()
        self._heard_ms = self._now_ms()

    def _now_ms(self) -> int:
        return self._plane.hall.now_us() // 1000

    async def run(self, channel: Channel, receive: Receive) -> None:
        """Until the page leaves or we close it."""
        lost: OutageCause | None = None
        try:
            await self._room.join(self._connection)
            await self._plane.desk.arrived(self._room)
            channel.listen(self._take, self._connection.resume)
            lost = LOST.get(await self._end(receive))
        finally:
            self._room.leave(self._connection)
            if lost is not None:  # neither its person nor a broken rule closed it
                self._room.lost(self._connection, lost, since_ms=self._heard_ms)
            for task in self._commands:
                task.cancel()
            await asyncio.gather(*self._commands, return_exceptions=True)

    async def _end(self, receive: Receive) -> int:
        """Wait for it; the close code, ours if we closed it."""
        while (message := await receive())["type"] != "websocket.disconnect":
            pass  # what came before the room listened has been handed over
        return self._connection.closed_by or int(message.get("code", 1005))

    def _take(self, message: bytes | str) -> None:
        self._heard_ms = self._now_ms()
        if self._connection.closing:
            return
        try:
            if isinstance(message, str):
                self._take_text(message)
            elif not self._binary.take():
                raise BadFrame("too many frames")
            else:
                self._room.receive(self._connection, message)
        except BadFrame as error:
            _log.warning("closing a page of %s: %s", self._connection.author, error)
            self._connection.close(BAD_FRAME, "bad frame")

    def _take_text(self, text: str) -> None:
        if len(text) > frames.MAX_TEXT_FRAME or not self._text.take():
            raise BadFrame("too much text")
        try:
            frame = cmd.parse_frame(text)
        except (ValidationError, ValueError) as error:
            raise BadFrame("a text frame that is no command") from error
        if len(self._commands) >= MAX_COMMANDS_AT_ONCE:
            self._refuse(frame.id, "Too many requests at once. Wait for the last one.")
            return
        task = asyncio.create_task(self._answer(frame))
        self._commands.add(task)
        task.add_done_callback(self._commands.discard)

    async def _answer(self, frame: cmd.CommandFrame) -> None:
        try:
            command = cmd.parse_command(frame)
            result = await self._plane.desk.answer(self._room, self._connection.author, command)
        except (NotAllowed, cmd.BadCommand, StorageFault) as error:
            self._refuse(frame.id, str(error))
        except Exception:
            number = secrets.token_hex(4)
            _log.exception("%s: command %s", number, frame.name)
            self._refuse(frame.id, f"Something failed on our side; the server's log has it as {number}.")
        else:
            self._room.show_now()
            self._post({"type": "done", "id": frame.id} | ({} if result is None else {"result": result}))

    def _refuse(self, number: int, message: str) -> None:
        self._post({"type": "refused", "id": number, "message": message})

    def _post(self, frame: dict[str, Any]) -> None:
        self._connection.post(json.dumps(frame, separators=(",", ":")))
