"""The recording of an interview, for the page that plays it."""

from __future__ import annotations

import gzip

from fastapi import APIRouter, Request, Response

from sandbox.service.replay import make_recording
from sandbox.web.asked import seat_of
from sandbox.web.errors import focus_block, no_interview
from sandbox.web.plane import Plane


def add_replay_routes(router: APIRouter, plane: Plane) -> None:
    @router.get("/rooms/{interview}/recording")
    def recording(interview: str, request: Request) -> Response:
        """Everything that was seen, with the private notes: never for a candidate."""
        try:
            state = plane.interviews.get(interview)
        except LookupError:
            raise no_interview() from None
        if state.focus.until is not None:
            raise focus_block()
        now = plane.hall.now_us() // 1000
        made = make_recording(plane.log, plane.catalogue, state, now=now, reader=seat_of(request).author)
        # An hour of typing is megabytes of JSON and a tenth of that packed.
        return Response(
            gzip.compress(made.model_dump_json().encode(), compresslevel=5, mtime=0),
            media_type="application/json",
            headers={"content-encoding": "gzip"},
        )
