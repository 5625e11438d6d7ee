# id: T02
# prio: P0
# what: answers in the session's server's place: a redirect, a bomb, no end, one byte at a time, a second answer
# expect: refused
# defence: nothing is followed or decompressed; a number on bytes and seconds; a connection for each request
import asyncio
import contextlib
import gzip
import time

from isolation.programs import SESSION_SOCKET
from sandbox.adapters import jupyter
from sandbox.adapters.jupyter import JupyterServer, NotReady
from sandbox.ports import SandboxFault
from tests.attacks.run import Held

BOMB = gzip.compress(b"0" * 8_000_000)
OK = b"HTTP/1.1 200 OK\r\n"
ANSWERS = {
    "redirect": (
        b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:%d/\r\nContent-Length: 0\r\n\r\n",
        b"",
        0.0,
    ),
    "bomb": (OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(BOMB) + BOMB, b"", 0.0),
    "endless body": (OK + b"Connection: close\r\n\r\n", b"x" * 65536, 0.0),
    "endless header": (OK + b"X: ", b"x" * 65536, 0.0),
    "a byte at a time": (OK + b"Content-Length: 100000\r\n\r\n", b"x", 0.02),
    "silence": (b"", b"", 5.0),
    "a wrong length": (OK + b"Content-Length: -1\r\n\r\n[]", b"", 0.0),
    "two answers": (OK + b"Content-Length: 2\r\n\r\n{}" + OK + b"Content-Length: 5\r\n\r\n[1,2]", b"", 0.0),
    "another protocol": (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n" + b"\xff" * 4096,
        b"",
        0.0,
    ),
}
DEADLINE_S = 0.5


@contextlib.asynccontextmanager
async def answering(folder, first, more, pause_s):
    async def talk(reader, writer):
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(first)
            await writer.drain()
            await asyncio.sleep(pause_s)
            while more:
                writer.write(more)
                await writer.drain()
                await asyncio.sleep(pause_s)
        with contextlib.suppress(ConnectionError):
            writer.close()

    path = folder / SESSION_SOCKET
    path.unlink(missing_ok=True)
    server = await asyncio.start_unix_server(talk, str(path))
    try:
        yield JupyterServer(folder=folder, token="t")
    finally:
        server.close()


async def asked(server):
    """What the control plane took for an answer."""
    try:
        answer = await server.request("GET", "/api/status")
        answer.json()
        await server.start_kernel()
        async with server.channels("0"):
            return "channels"
    except (SandboxFault, NotReady):
        return b""


async def attack(world):
    folder = world.folder / "hostile"
    folder.mkdir()
    followed = []
    elsewhere = await asyncio.start_server(
        lambda reader, writer: followed.append(writer.close()), "127.0.0.1", 0
    )
    usual, jupyter.REQUEST_TIMEOUT_S = jupyter.REQUEST_TIMEOUT_S, DEADLINE_S  # its own, and shorter
    try:
        for name, (first, more, pause_s) in ANSWERS.items():
            if name == "redirect":
                first = first % elsewhere.sockets[0].getsockname()[1]
            async with answering(folder, first, more, pause_s) as server:
                began = time.monotonic()
                if got := await asyncio.wait_for(asked(server), 30):
                    return f"{name}: {got}"
                if followed:
                    return f"{name}: it was followed"
                if time.monotonic() - began > 10 * DEADLINE_S:
                    return f"{name}: {time.monotonic() - began:.1f} s"
            if name == "bomb":
                async with answering(folder, first, more, pause_s) as server:
                    if len((await server.request("GET", "/api/status")).body) > len(BOMB):
                        return f"{name}: it was opened"
    finally:
        jupyter.REQUEST_TIMEOUT_S = usual
        elsewhere.close()
    raise Held.refused(f"{len(ANSWERS)} answers")
