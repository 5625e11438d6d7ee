"""From a tool's flow of text to lines that mean something. Pure.

A line that is a small JSON object is a `ToolLine`; any other text is output as it stands. The text is
hostile: lines are bounded, numbers finite.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping

from sandbox.ports import Output, ToolLine

MAX_LINE_CHARS = 16 * 1024


class LineReader:
    """Puts lines together from chunks that end anywhere."""

    def __init__(self) -> None:
        self._held = ""

    def feed(self, text: str) -> Iterator[ToolLine | Output]:
        *lines, self._held = (self._held + text).split("\n")
        for line in lines:
            yield _parsed(line + "\n")
        if len(self._held) > MAX_LINE_CHARS:
            yield from self.end()

    def end(self) -> Iterator[ToolLine | Output]:
        """What is left when no more text comes."""
        if self._held:
            held, self._held = self._held, ""
            yield _parsed(held)


def _parsed(line: str) -> ToolLine | Output:
    payload = payload_of(line)
    return Output(kind="stdout", text=line) if payload is None else ToolLine(payload=payload)


def payload_of(line: str) -> Mapping[str, object] | None:
    """The object that a line spells, or None. Refuses NaN, infinities, and anything that is no object."""
    if len(line) > MAX_LINE_CHARS or not line.startswith("{"):
        return None
    try:
        value = json.loads(line, parse_constant=_refuse, parse_float=_finite, parse_int=_small)
        line.encode()
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _refuse(text: str) -> float:
    raise ValueError(text)


def _finite(text: str) -> float:
    value = float(text)
    return value if math.isfinite(value) else _refuse(text)


def _small(text: str) -> int:
    """An integer that JavaScript holds exactly."""
    value = int(text) if len(text) <= 17 else 2**53
    if abs(value) >= 2**53:
        raise ValueError(text)
    return value
