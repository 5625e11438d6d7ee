"""The report as files: a page, a PDF, and JSON."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from sandbox.core.commands import MAX_NOTE
from sandbox.core.decision import decide_on
from sandbox.core.events import Outcome
from sandbox.core.live import Live
from sandbox.core.refusal import NotAllowed
from sandbox.render.document import html, pdf
from sandbox.service.report import Report, fold, make_report
from sandbox.store.seats import SeatOf
from sandbox.web.asked import open_room, refusal, seat_of
from sandbox.web.errors import focus_block, no_interview
from sandbox.web.plane import Plane

NO_SCRIPT = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
"""An origin of its own, and nothing that could run or be fetched: most of a report is a candidate's text."""


class Decision(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    outcome: Outcome
    reason: str = Field(min_length=1, max_length=MAX_NOTE)
    name: str = Field(default="", max_length=80)


def add_report_routes(router: APIRouter, plane: Plane) -> None:
    @router.get("/rooms/{interview}/report.{form}")
    def document(interview: str, form: Literal["html", "pdf", "json"], request: Request) -> Response:
        report = read_report(plane, interview, seat_of(request))
        return _as(form, report, interview, plane.interviews.replay_url(interview))

    @router.post("/rooms/{interview}/decision")
    async def decide(interview: str, body: Decision, request: Request) -> dict[str, Any]:
        """By whoever asks, whom the panel knows by name; the host says who it is."""
        room, seat = open_room(plane, interview), seat_of(request)
        name = body.name if seat.role == "host" else room.interview.name_of(seat.author)
        try:
            decided = decide_on(room.interview, body.outcome, name=name, reason=body.reason)
        except NotAllowed as refused:
            raise refusal(refused) from refused
        await room.record(seat.author, decided)
        plane.outbound.decided(interview)
        return {}


def read_report(plane: Plane, interview: str, seat: SeatOf) -> Report:
    """Made anew from the log. Raises WebError, also while a focus block hides the candidate's work."""
    try:
        told = fold(plane.log, interview)
    except LookupError:
        raise no_interview() from None
    if told.interview.focus.until is not None:
        raise focus_block()
    room = plane.hall.find(interview)
    live = Live(tabs={}) if room is None else room.live
    return make_report(told, plane.catalogue, live, now=plane.hall.now_us() // 1000, reader=seat.author)


def _as(form: Literal["html", "pdf", "json"], report: Report, interview: str, replay: str) -> Response:
    attached = {"content-disposition": f'attachment; filename="report-{interview}.{form}"'}
    match form:
        case "html":
            page = html(report, replay=replay)
            return Response(page, media_type="text/html", headers={"content-security-policy": NO_SCRIPT})
        case "pdf":
            return Response(pdf(report, replay=replay), media_type="application/pdf", headers=attached)
        case "json":
            return Response(report.model_dump_json(), media_type="application/json", headers=attached)
