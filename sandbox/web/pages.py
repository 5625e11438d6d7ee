"""The built pages: real files as they are, every other address the one page that routes itself."""

from __future__ import annotations

import mimetypes
import re
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, Response

from sandbox.web.errors import WebError
from sandbox.web.security import CHECKER_POLICY

CHECKER = re.compile(r"assets/lintWorker-[\w-]+\.js")
NOT_BUILT = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Pages not built</title>
<body><h1>The pages are not built yet</h1>
<p>The server works. To build its pages, run this in the project's folder and reload:</p>
<pre>cd web &amp;&amp; npm ci &amp;&amp; npm run build</pre></body></html>"""


def make_pages(static: Path) -> APIRouter:
    router = APIRouter()

    @router.get("/{path:path}", include_in_schema=False)
    def page(path: str, request: Request) -> Response:
        if path.startswith(("api/", "ws/")):
            raise WebError(404, "unknown", "There is no such call.", "See docs/protocol.md.")
        file = _asset(static, path)
        if file is not None:
            packed = _asset(static, f"{path}.gz") if _takes_gzip(request) else None
            return FileResponse(packed or file, headers=_headers(path, packed=packed is not None))
        if path.startswith("assets/"):
            raise WebError(404, "unknown", "There is no such file.", "Reload the page.")
        index = static / "index.html"
        if not index.is_file():
            return HTMLResponse(NOT_BUILT, status_code=503)
        return FileResponse(index, headers={"cache-control": "no-cache"})

    return router


def _headers(path: str, *, packed: bool) -> dict[str, str]:
    # Built names carry a hash of their content.
    age = "public, max-age=31536000, immutable" if path.startswith("assets/") else "no-cache"
    headers = {"cache-control": age}
    if CHECKER.fullmatch(path):
        headers["content-security-policy"] = CHECKER_POLICY
    if packed:
        kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
        headers |= {"content-type": kind, "content-encoding": "gzip", "vary": "accept-encoding"}
    return headers


def _takes_gzip(request: Request) -> bool:
    return "gzip" in request.headers.get("accept-encoding", "")


def _asset(static: Path, path: str) -> Path | None:
    """A file inside ``static``, links resolved; never one outside."""
    if not path or "\0" in path:
        return None
    root = static.resolve()
    file = (root / path).resolve()
    return file if file.is_relative_to(root) and file.is_file() else None
