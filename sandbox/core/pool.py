"""How many sandboxes stand ready, and what to do about it. Pure: a state in, a state out.

A *spare* is a sandbox with a warm kernel that nobody has used. It is numbered, taken at most once, and never
comes back. One is started at a time: a start keeps a processor busy for seconds. Times are monotonic seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolPolicy:
    size: int
    """Spares to keep; 0 keeps none."""
    max_age_s: float = 4 * 3600.0
    """A spare that waited longer is replaced, so that nothing that grows with time has hours to grow."""
    backoff_s: float = 2.0
    """Pause after a start that failed; doubled with each further one."""
    longest_backoff_s: float = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Spare:
    number: int
    since_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    policy: PoolPolicy
    spares: tuple[Spare, ...] = ()
    """Oldest first."""
    starting: bool = False
    numbered: int = 0
    """How many spares there ever were."""
    failures: int = 0
    """Starts that failed, one after the other, up to now."""
    retry_at_s: float = field(default=float("-inf"))
    reason: str = ""
    """Why the last start failed, or why a spare was thrown away; empty once one has started."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Begin to start one sandbox; then tell `became_ready` or `failed`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Discard:
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """Nothing to do before `until_s`, unless something happens; infinity when nothing will be due."""

    until_s: float


Step = Start | Discard | Rest


def due(pool: Pool, now_s: float) -> Step:
    """What to do next."""
    for spare in pool.spares:
        if now_s - spare.since_s >= pool.policy.max_age_s:
            return Discard(number=spare.number)
    wanted = not pool.starting and len(pool.spares) < pool.policy.size
    if wanted and now_s >= pool.retry_at_s:
        return Start()
    ages = [spare.since_s + pool.policy.max_age_s for spare in pool.spares]
    return Rest(until_s=min([*ages, pool.retry_at_s] if wanted else ages, default=float("inf")))


def begin(pool: Pool) -> Pool:
    """A start is under way."""
    return replace(pool, starting=True)


def became_ready(pool: Pool, now_s: float) -> tuple[int, Pool]:
    """The start went well; the new spare's number."""
    number = pool.numbered + 1
    spare = Spare(number=number, since_s=now_s)
    return number, replace(
        _over(pool), spares=(*pool.spares, spare), numbered=number, failures=0, reason="", retry_at_s=now_s
    )


def handed_over(pool: Pool, now_s: float) -> Pool:
    """The start went well, and somebody had been waiting for it: it never was a spare."""
    return replace(_over(pool), failures=0, reason="", retry_at_s=now_s)


def failed(pool: Pool, now_s: float, reason: str) -> Pool:
    """The start did not go well; the next one waits, twice as long each time."""
    doubled = pool.policy.backoff_s * 2.0 ** min(pool.failures, 30)
    pause_s = min(doubled, pool.policy.longest_backoff_s)
    return replace(_over(pool), failures=pool.failures + 1, reason=reason, retry_at_s=now_s + pause_s)


def take(pool: Pool) -> tuple[int | None, Pool]:
    """The oldest spare, which is one no longer; None when there is none."""
    if not pool.spares:
        return None, pool
    return pool.spares[0].number, replace(pool, spares=pool.spares[1:])


def drop(pool: Pool, number: int) -> Pool:
    """A spare is thrown away. One that is gone is fine."""
    return replace(pool, spares=tuple(spare for spare in pool.spares if spare.number != number))


def complain(pool: Pool, reason: str) -> Pool:
    """Say why there are fewer than wanted, until the next one is ready."""
    return replace(pool, reason=reason)


def _over(pool: Pool) -> Pool:
    return replace(pool, starting=False)
