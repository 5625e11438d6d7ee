"""A page as a browser holds it, without the browser: cookies, one WebSocket, a Yjs document."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable
from typing import Any

import httpx
import websockets
from pycrdt import Doc, Map, Text

from sandbox.rooms import frames
from sandbox.rooms.lib0 import Reader


async def join(base: str, link: str) -> httpx.Cookies:
    """The cookies of the seat that a link opens."""
    async with httpx.AsyncClient(base_url=base) as client:
        answer = await client.post("/api/join", json={"token": link.rpartition("/")[2]})
        assert answer.status_code == 200, answer.text
        return client.cookies


class Page:
    """Use with ``async with``. ``doc``: what the browser holds; pass it on to reconnect with unsent text."""

    def __init__(
        self, base: str, interview: str, role: str, cookies: httpx.Cookies, doc: Doc[Any] | None = None
    ) -> None:
        self.base, self.interview, self.role, self.cookies = base, interview, role, cookies
        self.doc = Doc[Any]() if doc is None else doc
        self.files: Map[Any] = self.doc.get("files", type=Map)
        self.comments: Map[Any] = self.doc.get("comments", type=Map)
        self.summary: Text = self.doc.get("summary", type=Text)
        self.view: dict[str, Any] = {}
        self.outputs: dict[int, list[dict[str, Any]]] = {}
        self.chat: list[dict[str, Any]] = []
        self.terminal = ""
        self.answers: dict[int, dict[str, Any]] = {}
        self.awareness: list[bytes] = []
        self.texts: list[str] = []
        self.sent = self.saved = 0
        self.synced = False
        self.closed: int | None = None
        self._changed = asyncio.Event()
        self._next = 0
        self._incoming = False

    async def __aenter__(self) -> Page:
        await self.connect()
        await self.until(lambda: self.synced and bool(self.view))
        return self

    async def connect(self) -> None:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        self.socket = await websockets.connect(
            self.base.replace("http", "ws") + f"/ws/{self.interview}/{self.role}",
            origin=self.base,
            additional_headers={"cookie": cookie},
            compression=None,
            max_size=None,
        )
        self._watch = self.doc.observe(self._updated)
        with contextlib.suppress(websockets.ConnectionClosed):
            await self.socket.send(frames.step_1(self.doc.get_state()))
        self._reader = asyncio.create_task(self._read())

    async def __aexit__(self, *_: object) -> None:
        self.doc.unobserve(self._watch)
        await self.socket.close()
        await self._reader

    async def _read(self) -> None:
        try:
            async for message in self.socket:
                await self._take(message)
                self._changed.set()
        except websockets.ConnectionClosed:
            pass
        finally:
            self.closed = self.socket.close_code
            self._changed.set()

    async def _take(self, message: bytes | str) -> None:
        if isinstance(message, str):
            self.texts.append(message)
            frame = json.loads(message)
            match frame["type"]:
                case "view":
                    self.view = frame["view"]
                case "outputs":
                    shown = self.outputs.setdefault(frame["run"], [])
                    assert frame["from"] == len(shown)
                    shown.extend(frame["outputs"])
                case "chat":
                    assert frame["from"] in (0, len(self.chat))
                    self.chat[frame["from"] :] = frame["messages"]
                case "terminal":
                    self.terminal = frame["text"] if frame["reset"] else self.terminal + frame["text"]
                case _:
                    self.answers[frame["id"]] = frame
            return
        reader = Reader(message)
        match reader.varint():
            case frames.SAVED:
                self.saved = reader.varint()
            case frames.AWARENESS:
                self.awareness.append(reader.prefixed())
            case frames.SYNC:
                await self._sync(reader)

    async def _sync(self, reader: Reader) -> None:
        step, body = reader.varint(), reader.prefixed()
        if step == frames.STEP_1:
            await self.socket.send(frames.step_2(self.doc.get_update(body)))
            return
        self._incoming = True
        self.doc.apply_update(body)
        self._incoming = False
        self.synced = self.synced or step == frames.STEP_2

    def _updated(self, event: Any) -> None:
        if self._incoming or self.closed is not None or event.update == frames.EMPTY_UPDATE:
            return
        self.sent += 1
        task = asyncio.ensure_future(self.socket.send(frames.update(event.update)))
        task.add_done_callback(lambda done: done.cancelled() or done.exception())

    async def until(self, condition: Callable[[], Any], timeout_s: float = 10) -> None:
        """Wait for what the server sends to make the condition true."""
        async with asyncio.timeout(timeout_s):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    async def ask(self, name: str, **args: Any) -> dict[str, Any]:
        """The answer to a command."""
        self._next += 1
        number = self._next
        await self.socket.send(json.dumps({"type": "command", "id": number, "name": name, "args": args}))
        await self.until(lambda: number in self.answers or self.closed is not None)
        return self.answers[number]

    async def do(self, name: str, **args: Any) -> Any:
        """Like `ask`, for what must work; its result."""
        answer = await self.ask(name, **args)
        assert answer["type"] == "done", answer
        return answer.get("result")

    async def close_code(self) -> int:
        await self.until(lambda: self.closed is not None)
        assert self.closed is not None
        return self.closed
