"""Who may come in: one answer for calls and sockets, from the cookie alone and the interview's own log.

Default deny: a call that is in neither table of `sandbox.core.access` is open to nobody. Whoever is turned
away learns nothing, not even whether there is such an interview.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from typing import cast, get_args

from fastapi import Request
from fastapi.routing import APIRoute

from sandbox.core.access import BY_KEY, MAY_CALL, OPEN_TO_ALL, Seat
from sandbox.core.interview import Interview
from sandbox.core.outbound import Greenhouse, basic
from sandbox.store.seats import SeatOf, cookie_name
from sandbox.web.errors import no_key, no_seat
from sandbox.web.plane import Plane

_ORDER: tuple[Seat, ...] = get_args(Seat)


def seated(plane: Plane, role: Seat, interview: str, cookies: Mapping[str, str]) -> SeatOf | None:
    """The seat of this role that the cookies prove and that was not taken back. Raises StorageFault."""
    at = "" if role == "host" else interview
    seat = plane.seats.seated(role, at, cookies.get(cookie_name(role, at)))
    if seat is None or role in ("candidate", "host") or seat.member == 0:
        return seat
    try:
        return seat if _open(plane, interview).member(seat.author) else None
    except LookupError:
        return None


def _open(plane: Plane, interview: str) -> Interview:
    """Of an open room as it is; else from the log. Raises LookupError and StorageFault."""
    room = plane.hall.find(interview)
    return room.interview if room else plane.interviews.get(interview)


class Gate:
    """A dependency of every call: leaves the caller's seat in ``request.state.seat``, or in ``.endpoint`` the
    endpoint whose key the caller has."""

    def __init__(self, plane: Plane) -> None:
        self._plane = plane

    def __call__(self, request: Request) -> None:
        """Raises WebError."""
        route = cast("APIRoute", request.scope["route"])
        call = f"{request.method} {route.path}"
        if call in OPEN_TO_ALL:
            return
        if call in BY_KEY:
            request.state.endpoint = _by_key(self._plane.greenhouse, request.headers.get("authorization", ""))
            return
        may = MAY_CALL.get(call, frozenset())
        named = request.path_params.get("role")
        for role in _ORDER:
            if role not in may or (named is not None and role != named):
                continue
            interview = request.path_params.get("interview", "")
            seat = seated(self._plane, role, interview, request.cookies)
            if seat is not None:
                request.state.seat = seat
                return
        raise no_seat()


def _by_key(endpoints: Sequence[Greenhouse], authorization: str) -> Greenhouse:
    """Whose key it is: HTTP Basic, the key as user name without a password. Raises WebError."""
    said = authorization.encode("utf-8", "surrogatepass")
    for one in endpoints:
        if hmac.compare_digest(basic(one.api_key).encode(), said):
            return one
    raise no_key()
