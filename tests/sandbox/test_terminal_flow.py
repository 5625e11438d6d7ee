"""A terminal that prints faster than anybody reads: what is shown, and what is said about the rest."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sandbox.service.terminal_flow import BURST, KEPT_TAIL, PER_SECOND, TerminalFlow

PLENTY = 2**40


def test_what_comes_at_a_readable_pace_is_shown_as_it_is() -> None:
    flow = TerminalFlow(allowance=PLENTY, now=0)
    for second in range(100):
        assert flow.admit("x" * PER_SECOND, float(second)) == "x" * PER_SECOND
    assert flow.resume(100.0) == ""


def test_a_flood_is_left_out_with_a_notice_and_its_last_lines() -> None:
    flow = TerminalFlow(allowance=PLENTY, now=0)
    line = "y" * 79 + "\n"
    shown = sum(len(flow.admit(line, 0.0)) for _ in range(10_000))
    assert BURST - len(line) < shown <= BURST
    left_out = flow.left_out
    assert left_out == 800_000 - shown
    assert flow.resume(0.1) == ""
    resumed = flow.resume(BURST / PER_SECOND)
    lines = (KEPT_TAIL // 80) * 80
    assert resumed.endswith("\n" + line * (lines // 80))
    assert f"[{left_out - lines:,} characters not shown: they came too fast]" in resumed
    assert flow.admit("$ ", 5.0) == "$ "


def test_a_little_too_much_is_only_late() -> None:
    flow = TerminalFlow(allowance=PLENTY, now=0)
    flow.admit("x" * BURST, 0.0)
    assert flow.admit("the end\n", 0.0) == ""
    assert flow.resume(10.0) == "the end\n"


@given(st.lists(st.tuples(st.integers(1, BURST * 2), st.floats(0, 2)), max_size=60))
def test_never_more_than_the_rate_and_the_allowance(chunks: list[tuple[int, float]]) -> None:
    allowance = BURST * 4
    flow, now, shown = TerminalFlow(allowance=allowance, now=0), 0.0, 0
    for size, pause in chunks:
        now += pause
        shown += len(flow.admit("x" * size, now)) + len(flow.resume(now))
        assert shown <= min(allowance, BURST + now * PER_SECOND) + KEPT_TAIL + 200
