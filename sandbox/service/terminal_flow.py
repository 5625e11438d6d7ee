"""How much of a terminal is shown: a rate, and an allowance for the interview. Pure.

A program that prints faster than anybody reads is not slowed, which would fill its own server's memory;
what is too fast is left out, with a notice and the last lines of it.
"""

from __future__ import annotations

PER_SECOND = 64 * 1024
"""Characters a second, on average."""
BURST = 256 * 1024
KEPT_TAIL = 4 * 1024
FLOOD = 8 * 1024 * 1024
"""Characters left out at a stretch after which the program is told to stop."""
_CANCEL = "\x18"  # ends a sequence that was cut in two


class TerminalFlow:
    """``allowance``: characters that the interview has left for terminals."""

    def __init__(self, *, allowance: int, now: float) -> None:
        self._allowance = allowance
        self._bucket, self._at = float(BURST), now
        self._left_out = 0
        self._tail = ""

    @property
    def spent(self) -> bool:
        """Whether the interview's allowance is used up."""
        return self._allowance <= 0

    @property
    def left_out(self) -> int:
        """Characters of this stretch that were not shown."""
        return self._left_out

    def admit(self, text: str, now: float) -> str:
        """What may be shown of ``text``: all of it or nothing."""
        self._refill(now)
        if self._left_out or len(text) > min(self._bucket, self._allowance):
            self._left_out += len(text)
            self._tail = (self._tail + text)[-KEPT_TAIL:]
            return ""
        return self._take(text)

    def resume(self, now: float) -> str:
        """After a stretch that was left out: the notice and its last lines, once there is room again."""
        self._refill(now)
        if not self._left_out or self._bucket < BURST / 2:
            return ""
        count, tail = self._left_out, self._tail
        self._left_out, self._tail = 0, ""
        if count == len(tail):
            return self._take(tail)
        lines = tail.partition("\n")[2]
        return self._take(notice(f"{count - len(lines):,} characters not shown: they came too fast") + lines)

    def _take(self, text: str) -> str:
        self._bucket -= len(text)
        self._allowance -= len(text)
        return text

    def _refill(self, now: float) -> None:
        self._bucket = min(BURST, self._bucket + (now - self._at) * PER_SECOND)
        self._at = now


def notice(words: str) -> str:
    """A line of ours between a program's."""
    return f"{_CANCEL}\x1b[0m\r\n\x1b[33m[{words}]\x1b[0m\r\n"
