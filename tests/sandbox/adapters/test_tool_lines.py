"""Lines of a tool: a small JSON object means something, everything else is text."""

from __future__ import annotations

import pytest

from sandbox.adapters.tool_lines import MAX_LINE_CHARS, LineReader, payload_of
from sandbox.ports import Output, ToolLine


def test_lines_are_put_together_from_any_chunks() -> None:
    reader = LineReader()
    text = '{"event": "collected", "total": 2}\nplain words\n{"event"'
    items = [item for letter in text for item in reader.feed(letter)]
    assert items == [
        ToolLine(payload={"event": "collected", "total": 2}),
        Output(kind="stdout", text="plain words\n"),
    ]
    assert list(reader.end()) == [Output(kind="stdout", text='{"event"')]
    assert list(reader.end()) == []


def test_a_line_without_end_is_not_held_for_ever() -> None:
    reader = LineReader()
    items = [item for _ in range(40) for item in reader.feed("x" * 1000)]
    assert sum(len(item.text) for item in items if isinstance(item, Output)) >= MAX_LINE_CHARS


@pytest.mark.parametrize(
    "line",
    [
        "",
        "[1]",
        "7",
        '"text"',
        '{"open": ',
        '{"x": NaN}',
        '{"x": Infinity}',
        '{"x": -Infinity}',
        '{"x": 1e999}',
        '{"x": 9007199254740992}',
        '{"x": ' + "1" * 5000 + "}",
        '{"x": "\\ud800"}',
        '{"x": ' + "[" * 8000 + "]" * 8000 + "}",
        '{"x": "' + "y" * MAX_LINE_CHARS + '"}',
    ],
    ids=range(14),
)
def test_what_is_no_small_finite_object_is_text(line: str) -> None:
    assert payload_of(line) is None


def test_an_object_is_a_payload() -> None:
    assert payload_of('{"a": [1, 2.5, null, "é"]}\n') == {"a": [1, 2.5, None, "é"]}
