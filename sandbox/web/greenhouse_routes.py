"""What Greenhouse calls to send the interview to a candidate and to read how it went.

The caller has no seat: the gate asks for the API key of a Greenhouse endpoint of the operator's.
"""

from __future__ import annotations

import logging
from typing import Any, cast

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from sandbox.core.greenhouse import ResponseError, SendTest, status_of
from sandbox.core.outbound import Greenhouse, within
from sandbox.core.result import result_of
from sandbox.web.errors import WebError, no_interview
from sandbox.web.plane import Plane

_log = logging.getLogger(__name__)


def add_greenhouse_routes(router: APIRouter, plane: Plane) -> None:
    @router.get("/greenhouse/list_tests")
    def list_tests() -> JSONResponse:
        probe = plane.catalogue.probe.challenge
        return JSONResponse([{"partner_test_id": probe.slug, "partner_test_name": probe.title}])

    @router.post("/greenhouse/send_test")
    async def send_test(body: SendTest, request: Request) -> dict[str, Any]:
        """Makes an interview; asked again with the same url, it is the one that was made."""
        endpoint = _endpoint(request)
        if body.partner_test_id != plane.catalogue.probe.challenge.slug:
            raise WebError(422, "no_test", "There is no such test.", "Ask for the list of tests again.")
        if not within(body.url, endpoint.url):
            raise WebError(422, "bad_url", f"url is not under {endpoint.url}.", "Check the endpoint's url.")
        known = plane.interviews.find(body.url)
        if known is not None:
            return {"partner_interview_id": known}
        made, _ = plane.interviews.create(
            candidate_name=body.candidate_name or "Candidate",
            interviewer_name=endpoint.interviewer,
            reference=body.url,
        )
        return {"partner_interview_id": made.id}

    @router.get("/greenhouse/test_status")
    def test_status(partner_interview_id: str, request: Request) -> JSONResponse:
        """Of an interview that came from where the caller is, and of no other."""
        try:
            interview = plane.interviews.get(partner_interview_id)
        except LookupError:
            raise no_interview() from None
        if not within(interview.reference, _endpoint(request).url):
            raise no_interview()
        result = result_of(interview, report_url=plane.interviews.report_url(interview.id))
        return JSONResponse(status_of(interview, result).model_dump(exclude_none=True))

    @router.post("/greenhouse/response_error")
    def response_error(body: ResponseError) -> dict[str, Any]:
        _log.warning("Greenhouse could not read our answer to %r: %r", body.api_call, body.errors)
        return {"status": 200}


def _endpoint(request: Request) -> Greenhouse:
    """That the gate found the key of."""
    return cast("Greenhouse", request.state.endpoint)
