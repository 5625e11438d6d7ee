"""Listens to what comes into the document, and reports what `signals` finds worth saying."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence

from sandbox.core import events as ev
from sandbox.core.origin import excerpt
from sandbox.core.room_events import Origin
from sandbox.rooms.signals import BIG_INSERT, PASTE_WINDOW_MS, Signals


class TypingWatch:
    def __init__(
        self,
        shown: Iterable[str],
        *,
        now_us: Callable[[], int],
        outputs: Callable[[], Sequence[str]],
        report: Callable[[ev.Event], None],
    ) -> None:
        """``shown``: what the candidate is given to read. ``outputs``: the newest texts of runs."""
        self._signals = Signals(shown)
        self._now_us, self._outputs, self._report = now_us, outputs, report
        self._loop = asyncio.get_running_loop()

    def read(self, texts: dict[str, str]) -> None:
        """All texts of the document, from time to time."""
        self._signals.read(texts)

    def take(self, inserted: str, *, reconnecting: bool) -> None:
        """Text that one update of the candidate's inserted."""
        if len(inserted) > BIG_INSERT:
            self._take_insert(inserted, "while reconnecting" if reconnecting else "while typing")
        elif not reconnecting and (broke := self._signals.typed(self._now_us() // 1000, inserted)):
            self._report(broke)

    def explained(self) -> None:
        """A page has said what a big insert was."""
        self._signals.explained(self._now_us())

    def origin(self, text: str) -> Origin:
        """Whether text was in this room before it was put where it is now."""
        return self._signals.origin(text, self._outputs)

    def _take_insert(self, inserted: str, where: str) -> None:
        """Report a big insert unless the page also says what it was, just before or just after."""
        at, came_from = self._now_us(), self.origin(inserted)
        found = ev.BigInsert(where=where, characters=len(inserted), origin=came_from, text=excerpt(inserted))

        def report() -> None:
            if not self._signals.is_explained(at):
                self._report(found)

        self._loop.call_later(PASTE_WINDOW_MS / 2000, report)
