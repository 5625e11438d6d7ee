"""The clock of a stage: minutes given, time used. Pure: the time is always passed in, in epoch ms."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    minutes: int = 0
    used_ms: int = 0
    """Until the last pause."""
    since: int | None = None
    """When it was started last; None while it is paused."""

    @property
    def running(self) -> bool:
        return self.since is not None

    def start(self, at: int) -> Clock:
        return self if self.running else replace(self, since=at)

    def pause(self, at: int) -> Clock:
        return replace(self, used_ms=self.elapsed_ms(at), since=None)

    def extend(self, minutes: int) -> Clock:
        return replace(self, minutes=self.minutes + minutes)

    def elapsed_ms(self, at: int) -> int:
        """Never negative, whatever the server's clock did."""
        return self.used_ms + (0 if self.since is None else max(0, at - self.since))
