"""Lines of tools are read strictly; what a sandbox invents is ignored."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.core import events as ev
from sandbox.core.tool_lines import MAX_TEXT, parse_tool_line

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


def test_lines_in_the_format_become_events() -> None:
    assert [type(event) for event in parse_tool_line(1, CASE) or ()] == [ev.TestCaseReported]
    assert [type(event) for event in parse_tool_line(1, ROW) or ()] == [ev.BenchRowReported]
    assert [type(event) for event in parse_tool_line(1, STRIP) or ()] == [ev.TokenStripReported]
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
    ],
)
def test_other_lines_are_ignored(line: dict[str, Any]) -> None:
    assert parse_tool_line(1, line) is None


def test_a_long_message_is_cut_and_the_result_kept() -> None:
    (event,) = parse_tool_line(1, {**CASE, "message": "x" * 100_000}) or ()
    assert isinstance(event, ev.TestCaseReported)
    assert len(event.case.message) == MAX_TEXT
