"""What is said about text that comes in: big inserts, where pasted text comes from, breaks in rhythm.

Facts for a conversation. Nothing in the product concludes anything from them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence

from sandbox.core import events as ev
from sandbox.core.origin import LEAST, excerpt, origin, plain
from sandbox.core.rhythm import Rhythm
from sandbox.core.room_events import Origin, RhythmBroke

BIG_INSERT = 200
"""Characters at once that nobody types."""
PASTE_WINDOW_MS = 2_000
"""A big insert is a paste, or comes from an input method, when the page says so this soon before or after."""
MAX_EARLIER = 20
"""Texts as they were before something was taken out of them, the newest."""
MAX_CHARACTERS = 200_000
"""Of outputs that are searched, the newest."""


class Signals:
    def __init__(self, shown: Iterable[str]) -> None:
        """``shown``: what the candidate is given to read."""
        self._shown = [plain(text) for text in shown]
        self._texts: dict[str, str] = {}
        self._earlier: deque[str] = deque(maxlen=MAX_EARLIER)
        self._explained_us = 0
        self._rhythm = Rhythm()

    def explained(self, at_us: int) -> None:
        """The page has said where a big insert at about this time comes from."""
        self._explained_us = at_us

    def is_explained(self, at_us: int) -> bool:
        return abs(self._explained_us - at_us) <= PASTE_WINDOW_MS * 1000

    def read(self, texts: dict[str, str]) -> None:
        """Look at the document from time to time. What was cut out of it may be put back later."""
        for name, before in self._texts.items():
            if len(texts.get(name, "")) <= len(before) - LEAST:
                self._earlier.append(plain(before))
        self._texts = texts

    def origin(self, inserted: str, outputs: Callable[[], Sequence[str]]) -> Origin:
        """Whether text was in the document, the task or the outputs before."""
        here = [*self._shown, *self._earlier, *map(plain, self._texts.values())]
        return origin(inserted, here + [plain(text) for text in outputs()])

    def typed(self, at_ms: int, inserted: str) -> RhythmBroke | None:
        self._rhythm, found = self._rhythm.type(at_ms, inserted)
        if found is None:
            return None
        return RhythmBroke(
            pause_ms=found.pause_ms,
            characters=found.characters,
            took_ms=found.took_ms,
            usual_cps=found.usual_cps,
            text=excerpt(found.text),
        )


def newest(outputs: dict[int, list[ev.ShownOutput]]) -> list[str]:
    """The text of the newest outputs, a text a run, within `MAX_CHARACTERS`."""
    texts, left = list[str](), MAX_CHARACTERS
    for run in sorted(outputs, reverse=True):
        text = "".join(one.text for one in outputs[run])[-left:]
        texts.append(text)
        left -= len(text)
        if left <= 0:
            break
    return texts
