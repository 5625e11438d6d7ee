"""The JSON routes of docs/protocol.md."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse, JSONResponse
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from sandbox.core import materials as mt
from sandbox.core.access import Role
from sandbox.core.interview import Interview
from sandbox.core.summary import summarise
from sandbox.core.view import Live
from sandbox.service.report import make_report
from sandbox.store.seats import SeatOf
from sandbox.web.errors import WebError, no_evidence, no_interview, no_seat
from sandbox.web.plane import Plane
from sandbox.web.security import JoinLimit

COOKIE_SECONDS = 7 * 24 * 3600
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Join(Body):
    token: str = Field(min_length=1, max_length=200)


class NewInterview(Body):
    candidate_name: Name
    interviewer_name: Name
    filter_minutes: int = Field(ge=5, le=240)
    probe_minutes: int = Field(ge=5, le=240)


def make_routes(plane: Plane, limit: JoinLimit) -> APIRouter:
    router = APIRouter(prefix="/api")

    @router.get("/health")
    def health() -> dict[str, Any]:
        return {"status": "ok", "runtime": plane.runtime, "caveats": list(plane.caveats)}

    @router.post("/join")
    def join(body: Join, request: Request, response: Response) -> dict[str, Any]:
        if not limit.take(request.client.host if request.client else ""):
            raise WebError(
                429, "too_many", "Too many tries from your address.", "Wait a minute and try again."
            )
        seat = plane.seats.find(body.token)
        if seat is None:
            raise WebError(
                404, "link_unknown", "This link opens nothing.", "Copy it again, whole, or ask for a new one."
            )
        if seat.role == "candidate" and _get(plane, seat.interview).stage == "finished":
            raise WebError(410, "link_over", "This interview is over.", "You can close the page. Thank you.")
        response.set_cookie(
            seat.cookie,
            plane.seats.cookie_value(seat),
            max_age=COOKIE_SECONDS,
            httponly=True,
            samesite="strict",
            secure=plane.secure,
        )
        return {"role": seat.role, "interview": seat.interview or None, "path": _path(seat)}

    @router.get("/interviews")
    def interviews(request: Request) -> dict[str, Any]:
        _require(plane, request, SeatOf(role="host"))
        return {"interviews": [one.model_dump() for one in plane.interviews.list()]}

    @router.post("/interviews", status_code=201)
    def create(body: NewInterview, request: Request) -> dict[str, Any]:
        _require(plane, request, SeatOf(role="host"))
        interview, links = plane.interviews.create(**body.model_dump())
        return {
            "interview": summarise(interview).model_dump(),
            "links": {"candidate": links.candidate, "interviewer": links.interviewer},
        }

    @router.get("/rooms/{interview}/{role}/materials")
    def materials(interview: str, role: Role, request: Request) -> JSONResponse:
        _require(plane, request, SeatOf(role=role, interview=interview))
        return JSONResponse(_materials(plane, _get(plane, interview), role).model_dump(mode="json"))

    @router.get("/rooms/{interview}/report")
    def report(interview: str, request: Request) -> JSONResponse:
        _require(plane, request, SeatOf(role="interviewer", interview=interview), SeatOf(role="host"))
        live = next((room.live for room in plane.hall.rooms() if room.id == interview), Live(tabs={}))
        try:
            made = make_report(plane.log, plane.catalogue, interview, live, now=plane.hall.now_us() // 1000)
        except LookupError:
            raise no_interview() from None
        return JSONResponse(made.model_dump(mode="json"))

    @router.get("/rooms/{interview}/judgements/{number}/{file}")
    def evidence(
        interview: str, number: int, file: Literal["scorecard", "record"], request: Request
    ) -> Response:
        """What `probe verify` needs. The record has the hidden prompts: never for a candidate."""
        _require(plane, request, SeatOf(role="interviewer", interview=interview), SeatOf(role="host"))
        judgements = _get(plane, interview).judgements
        scorecard = next((one.scorecard for one in judgements if one.id == number), None)
        if scorecard is None:
            raise no_evidence()
        if file == "scorecard":
            attached = {"content-disposition": f'attachment; filename="judgement-{number}.json"'}
            return Response(scorecard.model_dump_json(), media_type="application/json", headers=attached)
        kept = plane.records.find(scorecard.record_sha256) if scorecard.record_sha256 else None
        if kept is None:
            raise no_evidence()
        return FileResponse(kept, media_type="application/gzip", filename=f"judgement-{number}.jsonl.gz")

    return router


def _require(plane: Plane, request: Request, *seats: SeatOf) -> None:
    """One of these seats, or 401; which says nothing about whether the interview exists."""
    if not any(plane.seats.holds(seat, request.cookies.get(seat.cookie)) for seat in seats):
        raise no_seat()


def _get(plane: Plane, interview: str) -> Interview:
    try:
        return plane.interviews.get(interview)
    except LookupError:
        raise no_interview() from None


def _path(seat: SeatOf) -> str:
    match seat.role:
        case "host":
            return "/"
        case "candidate":
            return f"/room/{seat.interview}"
        case "interviewer":
            return f"/room/{seat.interview}/interviewer"


def _materials(plane: Plane, interview: Interview, role: Role) -> mt.CandidateMaterials:
    review, probe = plane.catalogue.filter, plane.catalogue.probe
    return mt.for_role(
        role,
        interview.stage,
        filter=mt.FilterMaterials(
            title=review.challenge.title,
            minutes=interview.filter.minutes,
            brief=review.brief,
            exhibit=mt.Exhibit(path=review.challenge.entry, text=plane.catalogue.exhibit),
        ),
        probe=mt.ProbeMaterials(
            title=probe.challenge.title,
            minutes=interview.probe.minutes,
            brief=probe.brief,
            entry=probe.challenge.entry,
        ),
        guide=mt.GuideMaterials(
            filter=review.guide,
            probe=probe.guide,
            rubrics=mt.Rubrics(engineering=review.rubric, research=probe.rubric),
        ),
    )
