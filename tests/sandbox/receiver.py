"""A server that stands for the systems of others: it keeps what came, and answers what a test says."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Came:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(kw_only=True)
class Receiver:
    base: str = ""
    answers: list[bytes | None] = field(default_factory=list)
    """Of the next requests; None: never one. Then `usual`."""
    usual: bytes = b'HTTP/1.1 200 OK\r\ncontent-length: 16\r\n\r\n{"success":true}'
    came: list[Came] = field(default_factory=list)
    more: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def until(self, count: int) -> None:
        async with asyncio.timeout(20):
            async with self.more:
                await self.more.wait_for(lambda: len(self.came) >= count)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            first, *lines = head.removesuffix("\r\n\r\n").split("\r\n")
            method, path, _ = first.split(" ")
            headers = {
                name.lower(): value.strip() for name, _, value in (one.partition(":") for one in lines)
            }
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            async with self.more:
                self.came.append(Came(method=method, path=path, headers=headers, body=body))
                self.more.notify_all()
            answer = self.answers.pop(0) if self.answers else self.usual
            if answer is None:
                await reader.read()
            else:
                writer.write(answer)
                await writer.drain()
        writer.close()


def status(line: str, *headers: str) -> bytes:
    return "\r\n".join((f"HTTP/1.1 {line}", "content-length: 0", *headers, "", "")).encode()


@contextlib.asynccontextmanager
async def receive(tls: ssl.SSLContext | None = None) -> AsyncIterator[Receiver]:
    receiver = Receiver()
    server = await asyncio.start_server(receiver._serve, "127.0.0.1", 0, ssl=tls)
    receiver.base = f"{'https' if tls else 'http'}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield receiver
    finally:
        server.close()
