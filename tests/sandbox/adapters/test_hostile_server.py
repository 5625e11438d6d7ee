"""The server beside the candidate's code may be replaced: no answer of it does harm."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from isolation.programs import SESSION_SOCKET
from sandbox.adapters import jupyter
from sandbox.adapters.jupyter import JupyterServer
from sandbox.ports import SandboxFault


@asynccontextmanager
async def answering(folder: Path, answer: bytes, *, endless: bytes = b"") -> AsyncIterator[JupyterServer]:
    """A server that says `answer` to whoever connects, then `endless` until the peer goes."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer)
            while endless:
                writer.write(endless)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_unix_server(talk, str(folder / SESSION_SOCKET))
    async with server:
        yield JupyterServer(folder=folder, token="t")


def head(status: str, *fields: str) -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", *fields, "", ""]).encode()


async def test_a_redirect_is_an_answer_and_is_not_followed(tmp_path: Path) -> None:
    async with answering(
        tmp_path, head("302 Found", "Location: http://192.0.2.1/", "Content-Length: 0")
    ) as server:
        assert (await server.request("GET", "/api/status")).status == 302


async def test_a_compressed_body_is_not_opened(tmp_path: Path) -> None:
    body = gzip.compress(b"0" * 50_000_000)
    fields = ("Content-Encoding: gzip", f"Content-Length: {len(body)}")
    async with answering(tmp_path, head("200 OK", *fields) + body) as server:
        answer = await server.request("GET", "/api/status")
    assert answer.body == body


async def test_an_endless_body_is_cut(tmp_path: Path) -> None:
    start = head("200 OK", "Content-Type: text/plain", "Connection: close")
    async with answering(tmp_path, start, endless=b"x" * 65536) as server:
        with pytest.raises(SandboxFault, match="more than it may"):
            await server.request("GET", "/api/status")


async def test_silence_has_a_deadline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jupyter, "REQUEST_TIMEOUT_S", 0.2)
    async with answering(tmp_path, b"HTTP/1.1 200 OK\r\n", endless=b"") as server:
        with pytest.raises(SandboxFault):
            await server.request("GET", "/api/status")


ASKS: list[Callable[[JupyterServer], object]] = [
    lambda server: server.start_kernel(),
    lambda server: server.listed_files(),
]


@pytest.mark.parametrize("ask", ASKS, ids=["kernel", "files"])
@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"id": "../../x", "content": 3}', b"[" * 100_000])
async def test_an_answer_that_makes_no_sense_is_a_fault(
    tmp_path: Path, body: bytes, ask: Callable[[JupyterServer], object]
) -> None:
    async with answering(tmp_path, head("201 Created", f"Content-Length: {len(body)}") + body) as server:
        with pytest.raises(SandboxFault):
            await ask(server)  # type: ignore[misc]
