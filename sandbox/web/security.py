"""Headers on every answer, and who may call from where."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.rooms.connection import Allowance

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",  # KaTeX positions its glyphs by style attributes
        "img-src 'self' data:",  # plots arrive as data addresses
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "frame-src 'self'",  # rich output lives in srcdoc frames without scripts
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
CHECKER_POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"
"""Of the worker that looks for mistakes in a candidate's text: it may compile WebAssembly, no page may."""
HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}
MAX_BODY = 64 * 1024
MAX_ADDRESSES = 10_000


def same_origin(headers: Mapping[str, str], *, required: bool) -> bool:
    """Whether a request comes from our own page: its Origin names the host that it was sent to."""
    origin = headers.get("origin")
    if origin is None:
        return not required
    parts = urlsplit(origin)
    return parts.scheme in ("http", "https") and parts.netloc == headers.get("host")


class Guard:
    """ASGI middleware: security headers, no caching of JSON, bodies bounded, foreign writes refused."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                out = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    out.setdefault(name, value)
                if scope["path"].startswith("/api/"):
                    out["cache-control"] = "no-store"
            await send(message)

        if scope["method"] not in ("GET", "HEAD", "OPTIONS"):
            problem = _refusal(headers)
            if problem is not None:
                await problem(scope, receive, send_guarded)
                return
            receive = _bounded(receive)
        await self._app(scope, receive, send_guarded)


def _refusal(headers: Mapping[str, str]) -> ASGIApp | None:
    from sandbox.web.errors import answer

    if not same_origin(headers, required=False) or headers.get("sec-fetch-site") == "cross-site":
        return answer(403, "origin", "The request comes from another site.", "Use our own pages.")
    if headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        return answer(415, "content_type", "Only JSON is accepted.", "Send content-type: application/json.")
    length = headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > MAX_BODY:
        return answer(413, "too_large", "The request is too large.", f"Send at most {MAX_BODY} bytes.")
    return None


def _bounded(receive: Receive) -> Receive:
    """Cuts a body that is longer than it said; what is left is no JSON and is refused as such."""
    seen = 0

    async def bounded() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > MAX_BODY:
            return {"type": "http.request", "body": b"", "more_body": False}
        return message

    return bounded


class JoinLimit:
    """Slows down guessing of links: a few tries a minute for each address."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._allowances: OrderedDict[str, Allowance] = OrderedDict()
        self._all = Allowance(per_second=20, burst=200, clock=clock)

    def take(self, address: str) -> bool:
        allowance = self._allowances.setdefault(
            address, Allowance(per_second=0.5, burst=30, clock=self._clock)
        )
        self._allowances.move_to_end(address)
        while len(self._allowances) > MAX_ADDRESSES:
            self._allowances.popitem(last=False)
        return allowance.take() and self._all.take()
