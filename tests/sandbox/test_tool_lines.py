"""Lines of tools are read strictly; what a sandbox invents is ignored."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.adapters.tool_lines import MAX_LINE_CHARS, LineReader
from sandbox.core import events as ev
from sandbox.core.tool_lines import MAX_TEXT, parse_tool_line
from sandbox.ports import ToolLine

CASE: dict[str, Any] = {
    "tool": "tests",
    "event": "case",
    "name": "n",
    "title": "t",
    "outcome": "passed",
    "message": "",
    "seconds": 0.1,
}
ROW: dict[str, Any] = {
    "tool": "bench",
    "event": "row",
    "num_speculative_tokens": 4,
    "acceptance_rate": None,
    "draft_utilisation": None,
    "tokens_per_target_call": 3.0,
    "textbook_tokens_per_target_call": 2.5,
    "bound_tokens_per_target_call": 3.5,
    "speedup": 2,
    "textbook_speedup": 1.9,
    "speedup_in_a_batch": 0.8,
    "target_calls": 1,
    "draft_calls": 4,
    "new_tokens": 3,
}


STRIP: dict[str, Any] = {
    "tool": "bench",
    "event": "strip",
    "num_speculative_tokens": 4,
    "prompt": [3, 14],
    "tokens": [9, 26, 53],
    "origins": ["accepted", "recovered", "bonus"],
    "rejected": [{"at": 1, "tokens": [58, 9]}],
}


TEXT: dict[str, Any] = {
    "tool": "bench",
    "event": "text",
    "num_speculative_tokens": 4,
    "acceptance_rate": 0.75,
    "tokens_per_target_call": 2.5,
    "new_tokens": 3,
    "seconds": 0.2,
    "plain_seconds": 0.3,
    "prompt": ["def", " f"],
    "pieces": ["(\x00", "\xc3", "\xa9\n"],
    "origins": ["accepted", "recovered", "bonus"],
    "rejected": [{"at": 1, "pieces": ["x", "y"]}],
}


def test_lines_in_the_format_become_events() -> None:
    assert [type(event) for event in parse_tool_line(1, CASE) or ()] == [ev.TestCaseReported]
    assert [type(event) for event in parse_tool_line(1, ROW) or ()] == [ev.BenchRowReported]
    assert [type(event) for event in parse_tool_line(1, STRIP) or ()] == [ev.TokenStripReported]
    assert [type(event) for event in parse_tool_line(1, TEXT) or ()] == [ev.BenchTextReported]
    assert parse_tool_line(1, {"tool": "tests", "event": "collected", "total": 3}) == ()
    assert parse_tool_line(2, {"tool": "bench", "event": "finished", "error": "no"}) == (
        ev.ToolStopped(run=2, error="no"),
    )


@pytest.mark.parametrize(
    "line",
    [
        {},
        {"event": "case"},
        {**CASE, "more": 1},
        {**CASE, "seconds": "1"},
        {**CASE, "seconds": float("nan")},
        {**CASE, "outcome": "great"},
        {**CASE, "name": "x" * 300},
        {**ROW, "speedup": -1.0},
        {**ROW, "acceptance_rate": 1.1},
        {**ROW, "new_tokens": 2**80},
        {**ROW, "tool": "tests"},
        {**STRIP, "origins": ["accepted"]},
        {**STRIP, "origins": ["accepted", "recovered", "free"]},
        {**STRIP, "tokens": [9, 26, -1]},
        {**STRIP, "tokens": [9, 26, "53"]},
        {**STRIP, "rejected": [{"at": 3, "tokens": [1]}]},
        {**STRIP, "rejected": [{"at": 1, "tokens": []}]},
        {**STRIP, "tokens": [1] * 300, "origins": ["plain"] * 300},
        {**TEXT, "pieces": ["(", "\u0100", ")"]},
        {**TEXT, "pieces": ["(", "", ")"]},
        {**TEXT, "pieces": ["(", "x" * 65, ")"]},
        {**TEXT, "pieces": ["(", 7, ")"]},
        {**TEXT, "pieces": ["("]},
        {**TEXT, "pieces": ["("] * 300, "origins": ["plain"] * 300},
        {**TEXT, "prompt": ["("] * 65},
        {**TEXT, "rejected": [{"at": 3, "pieces": ["x"]}]},
        {**TEXT, "rejected": [{"at": 1, "pieces": ["x"] * 101}]},
        {**TEXT, "seconds": -1.0},
        {**TEXT, "seconds": float("inf")},
        {**TEXT, "tool": "tests"},
        {**TEXT, "html": "<b>"},
    ],
)
def test_other_lines_are_ignored(line: dict[str, Any]) -> None:
    assert parse_tool_line(1, line) is None


def test_a_long_message_is_cut_and_the_result_kept() -> None:
    (event,) = parse_tool_line(1, {**CASE, "message": "x" * 100_000}) or ()
    assert isinstance(event, ev.TestCaseReported)
    assert len(event.case.message) == MAX_TEXT


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=80),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(st.text(max_size=8), inside, max_size=4),
    max_leaves=8,
)
SHOWN = st.lists(st.binary(min_size=1, max_size=64).map(lambda raw: raw.decode("latin-1")), max_size=40)


@given(name=st.sampled_from(sorted(TEXT)), value=ANYTHING)
def test_whatever_a_field_holds_a_text_is_within_its_bounds_or_no_text(name: str, value: object) -> None:
    match parse_tool_line(1, {**TEXT, name: value}):
        case (ev.BenchTextReported(text=text),):
            assert len(text.pieces) == len(text.origins) <= 256
            assert all(one.at < len(text.pieces) and len(one.pieces) <= 100 for one in text.rejected)
            shown = [*text.prompt, *text.pieces, *(piece for one in text.rejected for piece in one.pieces)]
            assert all(1 <= len(piece) <= 64 and max(piece) <= "\xff" for piece in shown)
        case other:
            assert other in (None, ())


@given(pieces=SHOWN, data=st.data())
def test_any_bytes_of_tokens_arrive_as_they_were(pieces: list[str], data: st.DataObject) -> None:
    """On the whole way: printed by a tool, cut into chunks anywhere, read, checked, stored and read again."""
    origins = ["recovered" if at % 3 == 2 else "accepted" for at in range(len(pieces))]
    sent = {**TEXT, "prompt": pieces[:10], "pieces": pieces, "origins": origins, "rejected": []}
    printed = json.dumps(sent) + "\n"
    cut = data.draw(st.integers(0, len(printed)))
    reader = LineReader()
    lines = [*reader.feed(printed[:cut]), *reader.feed(printed[cut:])]
    if len(printed) > MAX_LINE_CHARS:
        assert not any(isinstance(line, ToolLine) for line in lines)
        return
    (line,) = lines
    assert isinstance(line, ToolLine)
    (event,) = parse_tool_line(1, line.payload) or ()
    assert isinstance(event, ev.BenchTextReported)
    again = ev.BenchTextReported.model_validate_json(event.model_dump_json())
    assert list(again.text.pieces) == pieces
