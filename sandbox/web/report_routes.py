"""The report as files: a page, a PDF, and JSON."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Request, Response

from sandbox.core.view import Live
from sandbox.render.document import html, pdf
from sandbox.service.report import Report, make_report
from sandbox.store.seats import SeatOf
from sandbox.web.errors import no_interview, no_seat
from sandbox.web.plane import Plane

NO_SCRIPT = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
"""An origin of its own, and nothing that could run or be fetched: most of a report is a candidate's text."""


def make_report_routes(plane: Plane) -> APIRouter:
    router = APIRouter(prefix="/api/rooms/{interview}")

    @router.get("/report.{form}")
    def document(interview: str, form: Literal["html", "pdf", "json"], request: Request) -> Response:
        seats = (SeatOf(role="interviewer", interview=interview), SeatOf(role="host"))
        if not any(plane.seats.holds(seat, request.cookies.get(seat.cookie)) for seat in seats):
            raise no_seat()
        return _as(form, _report(plane, interview), interview)

    return router


def _report(plane: Plane, interview: str) -> Report:
    live = next((room.live for room in plane.hall.rooms() if room.id == interview), Live(tabs={}))
    try:
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
