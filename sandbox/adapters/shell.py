"""A shell of the sandbox, over jupyter-server's terminals: implements `sandbox.ports.Terminal`.

Frames are JSON lists: ``["stdout", text]``, ``["disconnect", 1]`` from the shell; ``["stdin", text]``,
``["set_size", rows, columns]`` to it (https://github.com/jupyter/terminado). Whatever else comes is no
terminal's and is ignored.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Self

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from sandbox.adapters.jupyter import JupyterServer
from sandbox.ports import SandboxFault

MAX_FRAME_BYTES = 1024 * 1024
"""A larger frame ends the connection; terminado reads 64 KiB at a time."""
_BREATH_BYTES = 1024 * 1024
_BREATH_S = 0.02
_GONE = "The terminal has ended. Open another."


class JupyterTerminal:
    """Make one with `JupyterTerminal.start`."""

    def __init__(self, server: JupyterServer, name: str) -> None:
        self._server, self._name = server, name
        self._stack = contextlib.AsyncExitStack()
        self._connection: ClientConnection

    @classmethod
    async def start(cls, server: JupyterServer, rows: int, columns: int) -> Self:
        """Raises SandboxFault."""
        terminal = cls(server, await server.start_terminal())
        opening = server.terminal(terminal._name, MAX_FRAME_BYTES)
        terminal._connection = await terminal._stack.enter_async_context(opening)
        await terminal.resize(rows, columns)
        return terminal

    async def output(self) -> AsyncIterator[str]:
        unread = 0
        with contextlib.suppress(ConnectionClosed):
            async for frame in self._connection:
                unread += len(frame)
                if unread > _BREATH_BYTES:  # a flood is read slowly, so that others get their turn
                    unread = 0
                    await asyncio.sleep(_BREATH_S)
                kind, text = parse(frame)
                if kind == "disconnect":
                    return
                if text:
                    yield text

    async def write(self, text: str) -> None:
        await self._send("stdin", text)

    async def resize(self, rows: int, columns: int) -> None:
        await self._send("set_size", rows, columns)

    async def close(self) -> None:
        with contextlib.suppress(SandboxFault):
            await self._server.end_terminal(self._name)
        with contextlib.suppress(ConnectionClosed, OSError):
            await self._stack.aclose()

    async def _send(self, *frame: str | int) -> None:
        try:
            await self._connection.send(json.dumps(frame))
        except ConnectionClosed as error:
            raise SandboxFault(_GONE) from error


def parse(frame: str | bytes) -> tuple[str, str]:
    """The kind of a frame and the text that it shows; both empty for what is no terminal's frame."""
    try:
        value = json.loads(frame)
    except (ValueError, RecursionError):
        return "", ""
    match value:
        case ["stdout", str(text)]:
            return "stdout", text.encode("utf-8", "replace").decode()
        case ["disconnect", *_]:
            return "disconnect", ""
        case _:
            return "", ""
