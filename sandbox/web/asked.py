"""What most calls begin with: whose seat it is, which room it is about; and how they say no."""

from __future__ import annotations

from typing import cast

from fastapi import Request

from sandbox.core.refusal import NotAllowed
from sandbox.rooms.room import Room
from sandbox.store.seats import SeatOf
from sandbox.web.errors import WebError, no_interview
from sandbox.web.plane import Plane


def seat_of(request: Request) -> SeatOf:
    """That the gate let in."""
    return cast("SeatOf", request.state.seat)


def open_room(plane: Plane, interview: str) -> Room:
    """Open, so that what is recorded has its place in the log. In the event loop only. Raises WebError."""
    try:
        return plane.hall.open(interview)
    except LookupError:
        raise no_interview() from None


def refusal(refused: NotAllowed) -> WebError:
    return WebError(409, "not_now", str(refused), "Nothing was changed.")
