"""The last of what a terminal showed, for pages that come later. Pure."""

from __future__ import annotations

from collections import deque

MAX_CHARS = 200_000


class Scrollback:
    def __init__(self) -> None:
        self._texts: deque[str] = deque()
        self._chars = 0
        self._cut = False
        self.total = 0
        """Characters of all terminals of the interview."""

    def add(self, text: str) -> None:
        self._texts.append(text)
        self._chars += len(text)
        self.total += len(text)
        while self._chars > MAX_CHARS and len(self._texts) > 1:
            self._chars -= len(self._texts.popleft())
            self._cut = True

    def clear(self) -> None:
        """A new terminal begins."""
        self._texts.clear()
        self._chars, self._cut = 0, False

    def text(self) -> str:
        """From the beginning of a line: old text has given way."""
        whole = "".join(self._texts)
        return whole.partition("\n")[2] if self._cut else whole
