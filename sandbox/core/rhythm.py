"""Breaks in the rhythm of typing: after a pause, a burst much faster than this person's own typing. Pure.

A break is a reason to ask, and means nothing by itself: who has thought for two minutes types fast, too.
So it takes a pause, a long burst, a speed beyond ordinary typing, and twice the person's own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sandbox.core.origin import SHOWN

PAUSE_MS = 90_000
"""Without typing, before a burst that can break the rhythm."""
GAP_MS = 2_000
"""A longer pause ends a burst."""
BURST = 150
"""Characters."""
FAST_CPS = 8.0
"""Characters a second: about 96 words a minute."""
TIMES = 2.0
LEARNT = 400
"""Characters before a person's own speed is known."""
ONE_STROKE = 20
"""Characters at once. More are no typing: an insert, a paste, a completion."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    pause_ms: int
    characters: int
    took_ms: int
    usual_cps: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """Of one person in one interview."""

    at: int | None = None
    """When something was typed last, epoch ms."""
    pause_ms: int = 0
    """Before the burst at hand."""
    began: int = 0
    characters: int = 0
    text: str = ""
    """Of the burst at hand; of its text only the beginning."""
    said: bool = False
    typed: int = 0
    typing_ms: int = 0
    """Characters and time of the bursts before."""

    def type(self, at: int, inserted: str) -> tuple[Rhythm, Break | None]:
        """After ``inserted`` was typed at ``at``."""
        if not inserted or len(inserted) > ONE_STROKE:
            return self, None
        if self.at is None or at - self.at > GAP_MS:
            pause = 0 if self.at is None else at - self.at
            learnt = replace(self._learn(), at=at, pause_ms=pause, began=at, said=False)
            return replace(learnt, characters=len(inserted), text=inserted), None
        burst = replace(
            self,
            at=at,
            characters=self.characters + len(inserted),
            text=self.text if len(self.text) > SHOWN else self.text + inserted,
        )
        found = burst._break()
        return (replace(burst, said=True), found) if found else (burst, None)

    def _learn(self) -> Rhythm:
        """Take the burst that has ended into account; a break is not the person's own speed."""
        if self.at is None or self.said or self.at == self.began:
            return self
        return replace(
            self,
            typed=self.typed + self.characters - 1,
            typing_ms=self.typing_ms + self.at - self.began,
        )

    def _break(self) -> Break | None:
        if self.said or self.at is None or self.pause_ms < PAUSE_MS or self.characters < BURST:
            return None
        if self.typed < LEARNT or not self.typing_ms:
            return None
        took, usual = max(1, self.at - self.began), 1000 * self.typed / self.typing_ms
        speed = 1000 * (self.characters - 1) / took
        if speed < max(FAST_CPS, TIMES * usual):
            return None
        return Break(
            pause_ms=self.pause_ms,
            characters=self.characters,
            took_ms=took,
            usual_cps=round(usual, 2),
            text=self.text,
        )
