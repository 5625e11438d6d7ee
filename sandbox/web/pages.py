"""The built pages: real files as they are, every other address the one page that routes itself."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse, HTMLResponse, Response

from sandbox.web.errors import WebError

NOT_BUILT = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Pages not built</title>
<body><h1>The pages are not built yet</h1>
<p>The server works. To build its pages, run this in the project's folder and reload:</p>
<pre>cd web &amp;&amp; npm ci &amp;&amp; npm run build</pre></body></html>"""


def make_pages(static: Path) -> APIRouter:
    router = APIRouter()

    @router.get("/{path:path}", include_in_schema=False)
    def page(path: str) -> Response:
        if path.startswith(("api/", "ws/")):
            raise WebError(404, "unknown", "There is no such call.", "See docs/protocol.md.")
        file = _asset(static, path)
        if file is not None:
            # Built names carry a hash of their content.
            age = "public, max-age=31536000, immutable" if path.startswith("assets/") else "no-cache"
            return FileResponse(file, headers={"cache-control": age})
        if path.startswith("assets/"):
            raise WebError(404, "unknown", "There is no such file.", "Reload the page.")
        index = static / "index.html"
        if not index.is_file():
            return HTMLResponse(NOT_BUILT, status_code=503)
        return FileResponse(index, headers={"cache-control": "no-cache"})

    return router


def _asset(static: Path, path: str) -> Path | None:
    """A file inside ``static``, links resolved; never one outside."""
    if not path or "\0" in path:
        return None
    root = static.resolve()
    file = (root / path).resolve()
    return file if file.is_relative_to(root) and file.is_file() else None
