"""Signals, as the panel sees them. Pure; field names are the protocol's."""

from __future__ import annotations

from sandbox.core import room_events as rev
from sandbox.core.integrity import SignalKind
from sandbox.core.interview import Interview
from wire.base import Wire


class IntegrityView(Wire):
    at: int
    kind: SignalKind
    detail: str
    origin: rev.Origin
    text: str
    lasted_ms: int | None


def integrity_views(interview: Interview) -> tuple[IntegrityView, ...]:
    return tuple(
        IntegrityView(
            at=one.at,
            kind=one.kind,
            detail=interview.name_of(one.detail) if one.kind in ("joined", "left") else one.detail,
            origin=one.origin,
            text=one.text,
            lasted_ms=one.lasted_ms,
        )
        for one in interview.integrity
    )
