"""Sends requests to other systems by HTTP: TLS verified, no redirects, and an answer that is read in part.

Where a redirect leads is for whoever set the address to say: the headers hold keys. The environment's proxies
and .netrc are not read.
"""

from __future__ import annotations

import asyncio
import ssl
from functools import cached_property
from typing import TYPE_CHECKING

from sandbox.ports import Answer, Request

if TYPE_CHECKING:
    import httpx

TIMEOUT_S = 15.0
"""For all of it: an answer that trickles in is none."""
MAX_BODY = 64 * 1024


class HttpCourier:
    def __init__(self, *, timeout_s: float = TIMEOUT_S) -> None:
        self._timeout_s = timeout_s

    async def send(self, request: Request) -> Answer:
        import httpx  # late: most commands of the shell send nothing

        headers = {"accept-encoding": "identity", "user-agent": "probe", **request.headers}
        try:
            async with (
                asyncio.timeout(self._timeout_s),
                httpx.AsyncClient(verify=self._tls, trust_env=False, timeout=self._timeout_s) as client,
                client.stream(
                    request.method, request.url, content=request.body or None, headers=headers
                ) as answer,
            ):
                return Answer(
                    status=answer.status_code,
                    retry_after=answer.headers.get("retry-after", "")[:100],
                    body=await _beginning(answer),
                )
        except (TimeoutError, httpx.TimeoutException):
            return Answer(status=None, fault=f"no answer within {self._timeout_s:g} s")
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, ValueError) as error:
            return Answer(status=None, fault=f"cannot be reached: {error or type(error).__name__}")

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return ssl.create_default_context()


async def _beginning(answer: httpx.Response) -> bytes:
    read = bytearray()
    async for chunk in answer.aiter_raw():
        read += chunk
        if len(read) >= MAX_BODY:
            break
    return bytes(read[:MAX_BODY])
