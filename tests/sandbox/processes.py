"""`probe serve` as a process of its own, to be killed."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx

from sandbox.settings import PROJECT
from sandbox.store.database import Durability

LISTENS_WITHIN_S = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.asynccontextmanager
async def server(
    data: Path, challenges: Path, port: int, durability: Durability = "power-loss"
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Killed hard at the end."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "probe", "serve", "--runtime", "memory", "--port", str(port)),
        *("--data", str(data), "--challenges", str(challenges), "--durability", durability),
        cwd=PROJECT,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(LISTENS_WITHIN_S):
            line = await process.stdout.readline()
            assert line.startswith(b"serving "), line
            async with httpx.AsyncClient() as client:
                while True:
                    with contextlib.suppress(httpx.TransportError):
                        await client.get(f"http://127.0.0.1:{port}/api/health")
                        break
                    await asyncio.sleep(0.05)
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGKILL)
        await process.wait()
