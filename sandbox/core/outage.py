"""Time that a fault of ours took from the candidate, and gives back by itself. Pure; epoch ms throughout.

An outage is an interval, and there may be several at once: a server that dies takes connection and sandbox
with it. What is credited is the union of all outages, where it meets the time that the clock ran; so nothing
is credited twice, and nothing while the clock was paused.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sandbox.core.room_events import OutageCause

Span = tuple[int, int]

LEAST_MS = 5_000
"""Shorter outages cost nobody anything: text is kept in the page meanwhile."""
MOST_MS = 30 * 60_000
"""Of one outage. Past it somebody has to decide, and can: pause the clock, or add minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    cause: OutageCause
    began: int
    ended: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """One stretch without service, and what of it the clock gives back."""

    causes: tuple[OutageCause, ...]
    began: int
    lost_ms: int
    over: bool


def begin(outages: tuple[Outage, ...], cause: OutageCause, began: int) -> tuple[Outage, ...]:
    """One more outage, unless one of this cause is open."""
    return outages if is_open(outages, cause) else (*outages, Outage(cause=cause, began=began))


def end(outages: tuple[Outage, ...], cause: OutageCause, at: int) -> tuple[Outage, ...]:
    return tuple(
        replace(one, ended=max(at, one.began)) if one.cause == cause and one.ended is None else one
        for one in outages
    )


def is_open(outages: Iterable[Outage], cause: OutageCause) -> bool:
    return any(one.cause == cause and one.ended is None for one in outages)


def credits(outages: Sequence[Outage], spans: Sequence[Span], at: int) -> tuple[Credit, ...]:
    """What the outages up to ``at`` took from the ``spans`` during which the clock ran.

    ``spans`` are disjoint. Only stretches that took something are returned.
    """
    found: list[Credit] = []
    for stretch in _stretches(outages, at):
        start = stretch[0].began
        stop = max(_until(one, at) for one in stretch)
        if stop - start < LEAST_MS:
            continue
        stop = min(stop, start + MOST_MS)
        lost = sum(max(0, min(stop, high) - max(start, low)) for low, high in spans)
        if lost:
            causes = tuple(dict.fromkeys(one.cause for one in stretch))
            over = all(one.ended is not None for one in stretch)
            found.append(Credit(causes=causes, began=start, lost_ms=lost, over=over))
    return tuple(found)


def _stretches(outages: Sequence[Outage], at: int) -> list[list[Outage]]:
    """Outages that touch each other, together and in order."""
    stretches: list[list[Outage]] = []
    reached = 0
    for one in sorted(outages, key=lambda one: one.began):
        if one.began > at:
            continue
        if stretches and one.began <= reached:
            stretches[-1].append(one)
        else:
            stretches.append([one])
        reached = max(reached, _until(one, at))
    return stretches


def _until(outage: Outage, at: int) -> int:
    return at if outage.ended is None else min(outage.ended, at)
