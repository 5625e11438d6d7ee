"""What candidates can ask for afterwards, and what people answer."""

from __future__ import annotations

import threading
import time
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from sandbox.core.claims import MAX_REASON, MAX_TEXT, answer_contest, ask_deletion, contest
from sandbox.core.live import Live
from sandbox.core.refusal import NotAllowed
from sandbox.render.document import html
from sandbox.service.mine import Mine, make_mine
from sandbox.service.own_data import archive, own_data
from sandbox.service.report import fold, make_report
from sandbox.web.asked import open_room, refusal, seat_of
from sandbox.web.errors import WebError, no_interview
from sandbox.web.plane import Plane
from sandbox.web.report_routes import NO_SCRIPT


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ContestText(Body):
    text: str = Field(min_length=1, max_length=MAX_TEXT)


class AnswerText(Body):
    text: str = Field(min_length=1, max_length=MAX_TEXT)
    name: str = Field(default="", max_length=80)


class WhyAsked(Body):
    reason: str = Field(default="", max_length=MAX_REASON)


class WhyDeleted(Body):
    reason: str = Field(min_length=1, max_length=MAX_REASON)
    name: str = Field(min_length=1, max_length=80)


def add_rights_routes(router: APIRouter, plane: Plane) -> None:
    busy = threading.Lock()
    """One archive at a time: each reads a whole log."""

    @router.get("/rooms/{interview}/mine")
    def mine(interview: str) -> dict[str, Any]:
        return _mine(plane, interview).model_dump(mode="json")

    @router.get("/rooms/{interview}/mine/data.zip")
    def data(interview: str) -> Response:
        if not busy.acquire(timeout=20):
            raise WebError(
                503, "busy", "Other archives are being made.", "Try again in a minute; nothing is lost."
            )
        try:
            about = _mine(plane, interview)
            page = _explanation(plane, interview) if about.decision else ""
            packed = archive(own_data(plane.log.entries(interview), about), page)
        finally:
            busy.release()
        attached = {"content-disposition": f'attachment; filename="interview-{interview}.zip"'}
        return Response(packed, media_type="application/zip", headers=attached)

    @router.get("/rooms/{interview}/mine/explanation.html")
    def explanation(interview: str) -> Response:
        if _mine(plane, interview).decision is None:
            raise WebError(
                409, "not_now", "Nothing has been decided yet.", "The explanation is here once it has."
            )
        page = _explanation(plane, interview)
        return Response(page, media_type="text/html", headers={"content-security-policy": NO_SCRIPT})

    @router.post("/rooms/{interview}/contest")
    async def ask_again(interview: str, body: ContestText, request: Request) -> dict[str, Any]:
        room = open_room(plane, interview)
        try:
            contested = contest(room.interview, body.text)
        except NotAllowed as refused:
            raise refusal(refused) from refused
        await room.record(seat_of(request).author, contested)
        return {}

    @router.post("/rooms/{interview}/contest/answer")
    async def answer(interview: str, body: AnswerText, request: Request) -> dict[str, Any]:
        """By whoever asks, whom the panel knows by name; the host says who it is."""
        room, seat = open_room(plane, interview), seat_of(request)
        name = body.name if seat.role == "host" else room.interview.name_of(seat.author)
        try:
            answered = answer_contest(room.interview, name=name, text=body.text)
        except NotAllowed as refused:
            raise refusal(refused) from refused
        await room.record(seat.author, answered)
        return {}

    @router.post("/rooms/{interview}/mine/deletion")
    async def ask_to_delete(interview: str, body: WhyAsked, request: Request) -> dict[str, Any]:
        room = open_room(plane, interview)
        if asked := ask_deletion(room.interview, body.reason):
            await room.record(seat_of(request).author, *asked)
        return {}

    @router.post("/rooms/{interview}/delete")
    async def delete(interview: str, body: WhyDeleted) -> dict[str, Any]:
        """For good. The audit log keeps that it was, by whom and why."""
        try:
            await plane.deletion.delete(interview, who=body.name.strip(), reason=body.reason.strip())
        except LookupError:
            raise no_interview() from None
        except NotAllowed as refused:
            raise refusal(refused) from refused
        return {}


def _mine(plane: Plane, interview: str) -> Mine:
    try:
        return make_mine(plane.log, plane.catalogue, interview, plane.keep_days)
    except LookupError:
        raise no_interview() from None


def _explanation(plane: Plane, interview: str) -> str:
    now = time.time_ns() // 1_000_000
    report = make_report(fold(plane.log, interview), plane.catalogue, Live(tabs={}), now=now)
    return html(report, for_candidate=True)
