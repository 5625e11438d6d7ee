"""The clock of a stage: minutes given, and when it ran. Pure: the time is always passed in, in epoch ms."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    minutes: int = 0
    ran: tuple[tuple[int, int], ...] = ()
    """From when to when, until the last pause."""
    since: int | None = None
    """When it was started last; None while it is paused."""

    @property
    def running(self) -> bool:
        return self.since is not None

    def start(self, at: int) -> Clock:
        return self if self.running else replace(self, since=at)

    def pause(self, at: int) -> Clock:
        return replace(self, ran=self.spans(at), since=None)

    def extend(self, minutes: int) -> Clock:
        return replace(self, minutes=self.minutes + minutes)

    def spans(self, at: int) -> tuple[tuple[int, int], ...]:
        """When it ran, up to ``at``. Disjoint; never a negative one, whatever the server's clock did."""
        return self.ran if self.since is None else (*self.ran, (self.since, max(self.since, at)))

    def elapsed_ms(self, at: int) -> int:
        return sum(stop - start for start, stop in self.spans(at))
