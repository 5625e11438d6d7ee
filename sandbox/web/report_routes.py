"""The report as files: a page, a PDF, and JSON."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Response

from sandbox.core.view import Live
from sandbox.render.document import html, pdf
from sandbox.service.report import Report, make_report
from sandbox.web.errors import WebError, no_interview
from sandbox.web.plane import Plane

NO_SCRIPT = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
"""An origin of its own, and nothing that could run or be fetched: most of a report is a candidate's text."""


def add_report_routes(router: APIRouter, plane: Plane) -> None:
    @router.get("/rooms/{interview}/report.{form}")
    def document(interview: str, form: Literal["html", "pdf", "json"]) -> Response:
        return _as(form, read_report(plane, interview), interview)


def read_report(plane: Plane, interview: str) -> Report:
    """Made anew from the log. Raises WebError, also while a focus block hides the candidate's work."""
    live = next((room.live for room in plane.hall.rooms() if room.id == interview), Live(tabs={}))
    try:
        if plane.interviews.get(interview).focus.until is not None:
            raise WebError(
                409,
                "focus_block",
                "The candidate is in a focus block; nobody looks at their work now.",
                "Open this again when the block is over.",
            )
        return make_report(plane.log, plane.catalogue, interview, live, now=plane.hall.now_us() // 1000)
    except LookupError:
        raise no_interview() from None


def _as(form: Literal["html", "pdf", "json"], report: Report, interview: str) -> Response:
    attached = {"content-disposition": f'attachment; filename="report-{interview}.{form}"'}
    match form:
        case "html":
            return Response(
                html(report), media_type="text/html", headers={"content-security-policy": NO_SCRIPT}
            )
        case "pdf":
            return Response(pdf(report), media_type="application/pdf", headers=attached)
        case "json":
            return Response(report.model_dump_json(), media_type="application/json", headers=attached)
