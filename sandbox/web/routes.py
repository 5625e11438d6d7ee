"""The JSON routes of docs/protocol.md."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse, JSONResponse
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from sandbox.core import materials as mt
from sandbox.core.access import Role
from sandbox.core.arrangements import accommodate, invite, remove
from sandbox.core.events import DeviceClass
from sandbox.core.interview import Interview
from sandbox.core.outbound import MAX_REFERENCE
from sandbox.core.refusal import NotAllowed
from sandbox.core.retention import in_words
from sandbox.core.room_events import Accommodations, PanelRole
from sandbox.core.summary import summarise
from sandbox.service.hosting import make_hosting
from sandbox.store.seats import SeatOf
from sandbox.web.asked import open_room, refusal, seat_of
from sandbox.web.errors import WebError, marks_first, no_evidence, no_interview
from sandbox.web.plane import Plane
from sandbox.web.report_routes import read_report
from sandbox.web.security import JoinLimit

COOKIE_SECONDS = 7 * 24 * 3600
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]

Reference = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=MAX_REFERENCE, pattern=r"^[!-~]*$")
]
"""An id or an address in another system."""


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Join(Body):
    token: str = Field(min_length=1, max_length=200)


class NewInterview(Body):
    candidate_name: Name
    interviewer_name: Name
    filter_minutes: int = Field(ge=5, le=240)
    probe_minutes: int = Field(ge=5, le=240)
    accommodations: Accommodations | None = None
    device: DeviceClass = "cpu"
    reference: Reference = ""


class NewMember(Body):
    name: Name
    role: PanelRole


def add_routes(router: APIRouter, plane: Plane, limit: JoinLimit) -> None:
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
        if seat.member and _get(plane, seat.interview).member(seat.author) is None:
            raise WebError(410, "link_over", "This seat was taken back.", "Ask whoever invited you.")
        response.set_cookie(
            seat.cookie,
            plane.seats.cookie_value(seat),
            max_age=COOKIE_SECONDS,
            httponly=True,
            samesite="strict",
            secure=plane.secure,
        )
        over = seat.role == "candidate" and _get(plane, seat.interview).stage == "finished"
        path = f"/mine/{seat.interview}" if over else _path(seat)
        return {"role": seat.role, "interview": seat.interview or None, "path": path}

    @router.get("/interviews")
    def interviews() -> dict[str, Any]:
        return {"interviews": [one.model_dump() for one in plane.interviews.list()]}

    @router.get("/hosting")
    async def hosting() -> dict[str, Any]:
        return make_hosting(plane.sandboxes, plane.leasing).model_dump()

    @router.post("/interviews", status_code=201)
    def create(body: NewInterview) -> dict[str, Any]:
        if body.device == "gpu" and not plane.leasing.leases.slots:
            raise WebError(409, "no_gpu", "This host has no GPU to lend.", "Make it without one.")
        interview, links = plane.interviews.create(
            candidate_name=body.candidate_name,
            interviewer_name=body.interviewer_name,
            filter_minutes=body.filter_minutes,
            probe_minutes=body.probe_minutes,
            accommodations=body.accommodations,
            device=body.device,
            reference=body.reference,
        )
        return {
            "interview": summarise(interview).model_dump(),
            "links": {"candidate": links.candidate, "interviewer": links.interviewer},
        }

    @router.get("/rooms/{interview}/{role}/materials")
    def materials(interview: str, role: Role) -> JSONResponse:
        return JSONResponse(_materials(plane, _get(plane, interview), role).model_dump(mode="json"))

    @router.get("/rooms/{interview}/report")
    def report(interview: str, request: Request) -> JSONResponse:
        return JSONResponse(read_report(plane, interview, seat_of(request)).model_dump(mode="json"))

    @router.get("/rooms/{interview}/judgements/{number}/{file}")
    def evidence(
        interview: str, number: int, file: Literal["scorecard", "record"], request: Request
    ) -> Response:
        """What `probe verify` needs. The record has the hidden prompts: never for a candidate."""
        state = _get(plane, interview)
        scorecard = next((one.scorecard for one in state.judgements if one.id == number), None)
        if scorecard is None:
            raise no_evidence()
        if file == "scorecard":
            if not state.marking.shows_suggestion(seat_of(request).author):
                raise marks_first()
            attached = {"content-disposition": f'attachment; filename="judgement-{number}.json"'}
            return Response(scorecard.model_dump_json(), media_type="application/json", headers=attached)
        kept = plane.records.find(scorecard.record_sha256) if scorecard.record_sha256 else None
        if kept is None:
            raise no_evidence()
        return FileResponse(kept, media_type="application/gzip", filename=f"judgement-{number}.jsonl.gz")

    @router.get("/rooms/{interview}/panel")
    def panel(interview: str, request: Request) -> dict[str, Any]:
        """Links are for the host alone: whoever has one can sit there."""
        shown = seat_of(request).role == "host"
        return {
            "panel": [
                {
                    "member": one.number,
                    "role": one.role,
                    "name": one.name,
                    "link": plane.interviews.link(_seat_of(interview, one.role, one.number)) if shown else "",
                }
                for one in _get(plane, interview).panel
                if not one.removed
            ]
        }

    @router.post("/rooms/{interview}/panel", status_code=201)
    async def invite_member(interview: str, body: NewMember, request: Request) -> dict[str, Any]:
        room = open_room(plane, interview)
        try:
            invited = invite(room.interview, body.role, body.name)
        except NotAllowed as refused:
            raise refusal(refused) from refused
        await room.record(seat_of(request).author, invited)
        link = plane.interviews.link(_seat_of(interview, invited.role, invited.member))
        return {"member": invited.member, "role": invited.role, "name": invited.name, "link": link}

    @router.post("/rooms/{interview}/panel/{member}/remove")
    async def remove_member(interview: str, member: int, request: Request) -> dict[str, Any]:
        """Their open pages are closed at once, and their link opens nothing any more."""
        room = open_room(plane, interview)
        try:
            events = remove(room.interview, member)
        except NotAllowed as refused:
            raise refusal(refused) from refused
        if events:
            await room.record(seat_of(request).author, *events)
        return {}

    @router.get("/rooms/{interview}/accommodations")
    def accommodations(interview: str) -> dict[str, Any]:
        return _get(plane, interview).accommodations.model_dump()

    @router.post("/rooms/{interview}/accommodations")
    async def arrange(interview: str, body: Accommodations, request: Request) -> dict[str, Any]:
        room = open_room(plane, interview)
        try:
            events = accommodate(room.interview, body)
        except NotAllowed as refused:
            raise refusal(refused) from refused
        if events:
            await room.record(seat_of(request).author, *events)
        return body.model_dump()


def _seat_of(interview: str, role: PanelRole, member: int) -> SeatOf:
    return SeatOf(role=role, interview=interview, member=member)


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
        case "interviewer" | "watcher":
            return f"/room/{seat.interview}/{seat.role}"


def _materials(plane: Plane, interview: Interview, role: Role) -> mt.CandidateMaterials:
    review, probe = plane.catalogue.filter, plane.catalogue.probe
    return mt.for_role(
        role,
        interview.stage,
        filter=plane.catalogue.filter_materials(interview.planned_minutes("filter")),
        probe=plane.catalogue.probe_materials(interview.planned_minutes("probe")),
        guide=mt.GuideMaterials(
            filter=review.guide,
            probe=probe.guide,
            rubrics=mt.Rubrics(engineering=review.rubric, research=probe.rubric),
        ),
        kept=in_words(plane.keep_days),
    )
