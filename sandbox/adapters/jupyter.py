"""One jupyter-server over its UNIX socket: requests in, bounded answers out, and kernel channels.

The server runs beside the candidate's code and as the same user, so whoever answers may be hostile:
each request has a fresh connection, a deadline and a size limit; nothing is followed or decompressed.
What the answers mean is for the callers.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import httpx
from websockets.asyncio.client import ClientConnection, unix_connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

from isolation.programs import SESSION_SOCKET
from sandbox.adapters import jupyter_wire
from sandbox.adapters.safe_socket import checked
from sandbox.ports import SandboxFault

MAX_ANSWER_BYTES = 4 * 1024 * 1024
REQUEST_TIMEOUT_S = 20.0
_OPEN_TIMEOUT_S = 20.0
_UNREACHABLE = "The sandbox does not answer. Restart it."


class NotReady(Exception):
    """Nobody listens on the socket yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    body: bytes = field(repr=False)

    def json(self) -> object:
        """Raises SandboxFault when the body is not JSON."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise SandboxFault(_UNREACHABLE) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class JupyterServer:
    folder: Path
    """The socket's folder on the host. Hostile."""
    token: str = field(repr=False)

    async def request(self, method: str, path: str, body: Mapping[str, object] | None = None) -> Answer:
        """Raises NotReady when nobody listens, SandboxFault for any other failure to get an answer."""
        try:
            async with asyncio.timeout(REQUEST_TIMEOUT_S):
                return await self._request(method, path, body)
        except (httpx.ConnectError, FileNotFoundError) as error:
            raise NotReady(str(error)) from error
        except (httpx.HTTPError, OSError, TimeoutError) as error:
            raise SandboxFault(_UNREACHABLE) from error

    async def ready(self) -> bool:
        try:
            return (await self.request("GET", "/api/status")).status == 200
        except NotReady:
            return False

    async def start_kernel(self) -> str:
        """The new kernel's id. Raises SandboxFault."""
        answer = await self._listening("POST", "/api/kernels", {"name": "python3"})
        value = answer.json()
        kernel = value.get("id") if isinstance(value, dict) else None
        if answer.status != 201 or not isinstance(kernel, str) or not _is_id(kernel):
            raise SandboxFault("The sandbox could not start a kernel. Restart it.")
        return kernel

    async def end_kernel(self, kernel: str) -> None:
        """One that is gone is fine. Raises SandboxFault."""
        await self._listening("DELETE", f"/api/kernels/{kernel}")

    async def interrupt_kernel(self, kernel: str) -> None:
        """Raises SandboxFault."""
        await self._listening("POST", f"/api/kernels/{kernel}/interrupt")

    async def listed_files(self) -> list[str]:
        """Names in the workspace's top folder. Raises SandboxFault."""
        value = (await self._listening("GET", "/api/contents/?content=1")).json()
        entries = value.get("content") if isinstance(value, dict) else None
        if not isinstance(entries, list):
            raise SandboxFault(_UNREACHABLE)
        names = [entry.get("name") for entry in entries if isinstance(entry, dict)]
        return [name for name in names if isinstance(name, str)]

    async def write_file(self, name: str, text: str) -> None:
        """Raises SandboxFault."""
        body = {"type": "file", "format": "text", "content": text}
        answer = await self._listening("PUT", f"/api/contents/{name}", body)
        if answer.status not in {200, 201}:
            raise SandboxFault(f"{name} could not be written (status {answer.status}). Restart the sandbox.")

    async def delete_file(self, name: str) -> None:
        """Raises SandboxFault when the server is not there; a file that is gone is fine."""
        await self._listening("DELETE", f"/api/contents/{name}")

    async def start_terminal(self) -> str:
        """The new terminal's name. Raises SandboxFault."""
        answer = await self._listening("POST", "/api/terminals", {})
        value = answer.json()
        name = value.get("name") if isinstance(value, dict) else None
        if answer.status != 200 or not isinstance(name, str) or not _is_id(name):
            raise SandboxFault("The sandbox could not start a terminal. Restart it.")
        return name

    async def end_terminal(self, name: str) -> None:
        """One that is gone is fine. Raises SandboxFault."""
        await self._listening("DELETE", f"/api/terminals/{name}")

    @asynccontextmanager
    async def channels(self, kernel: str) -> AsyncIterator[ClientConnection]:
        """The kernel's channels on one web socket. Raises SandboxFault when it cannot be opened."""
        path = f"/api/kernels/{kernel}/channels?session_id={uuid4().hex}"
        async with self._web_socket(path, jupyter_wire.MAX_FRAME_BYTES, jupyter_wire.SUBPROTOCOL) as opened:
            yield opened

    @asynccontextmanager
    async def terminal(self, name: str, max_frame: int) -> AsyncIterator[ClientConnection]:
        """What a terminal's shell prints and reads. Raises SandboxFault when it cannot be opened."""
        async with self._web_socket(f"/terminals/websocket/{name}", max_frame) as opened:
            yield opened

    @asynccontextmanager
    async def _web_socket(
        self, path: str, max_frame: int, subprotocol: Subprotocol | None = None
    ) -> AsyncIterator[ClientConnection]:
        try:
            with checked(self.folder, SESSION_SOCKET) as socket:
                connection = await unix_connect(
                    socket,
                    f"ws://localhost{path}",
                    subprotocols=[subprotocol] if subprotocol else None,
                    additional_headers=self._headers(),
                    compression=None,
                    proxy=None,
                    max_size=max_frame,
                    open_timeout=_OPEN_TIMEOUT_S,
                    ping_interval=None,
                    close_timeout=1,
                )
        except (OSError, WebSocketException, TimeoutError) as error:
            raise SandboxFault(_UNREACHABLE) from error
        try:
            if connection.subprotocol != subprotocol:
                raise SandboxFault(_UNREACHABLE)
            yield connection
        finally:
            await connection.close()

    async def _listening(self, method: str, path: str, body: Mapping[str, object] | None = None) -> Answer:
        try:
            return await self.request(method, path, body)
        except NotReady as error:
            raise SandboxFault(_UNREACHABLE) from error

    async def _request(self, method: str, path: str, body: Mapping[str, object] | None) -> Answer:
        with checked(self.folder, SESSION_SOCKET) as socket:
            # There is no TLS on a UNIX socket; without `verify=False` each transport loads all authorities.
            transport = httpx.AsyncHTTPTransport(uds=socket, trust_env=False, verify=False)
            async with (
                httpx.AsyncClient(
                    transport=transport,
                    base_url="http://localhost",
                    headers=self._headers(),
                    timeout=REQUEST_TIMEOUT_S,
                    follow_redirects=False,
                    trust_env=False,
                ) as client,
                client.stream(method, path, json=body) as response,
            ):
                kept = bytearray()
                async for chunk in response.aiter_raw():  # raw: a small body may decompress to a huge one
                    kept += chunk
                    if len(kept) > MAX_ANSWER_BYTES:
                        raise SandboxFault("The sandbox answered more than it may. Restart it.")
                return Answer(status=response.status_code, body=bytes(kept))

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"token {self.token}", "Accept-Encoding": "identity"}


def _is_id(text: str) -> bool:
    """Ids of kernels and names of terminals go into paths, so only what a UUID is made of."""
    return 0 < len(text) <= 64 and all(letter in "0123456789abcdef-" for letter in text)
