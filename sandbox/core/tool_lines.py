"""Lines that the visible tests and the bench print inside the sandbox: strict, and never trusted. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from sandbox.core.events import (
    BenchRowReported,
    BenchTextReported,
    TestCaseReported,
    TokenStripReported,
    ToolStopped,
)
from sandbox.core.tool_claims import BenchRow, BenchText, TestCase, TokenStrip
from wire.base import Wire

MAX_TEXT = 4_000
"""Characters of a message; longer ones are cut, since a long message is no reason to lose a result."""


class _Collected(Wire):
    tool: Literal["tests"]
    event: Literal["collected"]
    total: int = Field(ge=0, le=10_000)


class _Case(TestCase):
    tool: Literal["tests"]
    event: Literal["case"]


class _Row(BenchRow):
    tool: Literal["bench"]
    event: Literal["row"]


class _Strip(TokenStrip):
    tool: Literal["bench"]
    event: Literal["strip"]


class _Text(BenchText):
    tool: Literal["bench"]
    event: Literal["text"]


class _Finished(Wire):
    tool: Literal["tests", "bench"]
    event: Literal["finished"]
    error: str = Field(max_length=4_000)


_LINE: TypeAdapter[_Collected | _Case | _Row | _Strip | _Text | _Finished] = TypeAdapter(
    Annotated[_Collected | _Case | _Row | _Strip | _Text | _Finished, Field(discriminator="event")]
)
ToolEvent = TestCaseReported | BenchRowReported | TokenStripReported | BenchTextReported | ToolStopped


def parse_tool_line(run: int, payload: Mapping[str, object]) -> tuple[ToolEvent, ...] | None:
    """What is worth recording of a line, or None for one that is not in the format."""
    shortened = {
        name: value[:MAX_TEXT] if isinstance(value, str) else value for name, value in payload.items()
    }
    try:
        line = _LINE.validate_json(json.dumps(shortened))  # as JSON: there a list may be a tuple
    except (ValueError, RecursionError):
        return None
    fields = line.model_dump(exclude={"tool", "event"})
    match line:
        case _Case():
            return (TestCaseReported(run=run, case=TestCase(**fields)),)
        case _Row():
            return (BenchRowReported(run=run, row=BenchRow(**fields)),)
        case _Strip():
            strip = TokenStrip(**{name: getattr(line, name) for name in TokenStrip.model_fields})
            return (TokenStripReported(run=run, strip=strip),)
        case _Text():
            text = BenchText(**{name: getattr(line, name) for name in BenchText.model_fields})
            return (BenchTextReported(run=run, text=text),)
        case _Finished(error=error):
            return (ToolStopped(run=run, error=error),)
        case _Collected():
            return ()
