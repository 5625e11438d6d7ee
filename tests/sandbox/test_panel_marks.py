"""Marks of a panel: blind until all are there, arithmetic, one more where it is close."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.core.panel_marks import AXES, Filed, assess

RATERS = ("interviewer", "interviewer/2", "interviewer/3")


def pair(author: str, engineering: int, research: int, at: int = 0) -> list[Filed]:
    scores = {"engineering": engineering, "research": research}
    return [Filed(author=author, axis=axis, score=scores[axis], at=at) for axis in AXES]


marks = st.lists(
    st.builds(
        Filed,
        author=st.sampled_from((*RATERS, "interviewer/9")),
        axis=st.sampled_from(AXES),
        score=st.integers(0, 5),
        at=st.integers(0, 100),
    ),
    max_size=12,
)


@given(marks, st.sets(st.sampled_from(RATERS)))
def test_nobody_who_has_not_filed_sees_another_mark(filed: list[Filed], raters: set[str]) -> None:
    panel = assess(raters, filed)
    for viewer in panel.raters:
        assert panel.shows(viewer, viewer)
        if viewer not in panel.filed:
            assert not panel.shows_suggestion(viewer)
            assert not any(panel.shows(viewer, other) for other in RATERS if other != viewer)


@given(marks, st.sets(st.sampled_from(RATERS)))
def test_a_total_is_there_exactly_when_all_have_filed(filed: list[Filed], raters: set[str]) -> None:
    panel = assess(raters, filed)
    assert (panel.total is not None) == panel.revealed
    if panel.total is not None:
        assert 0 <= panel.total.low <= panel.total.value <= panel.total.high <= 10
    if panel.complete:
        assert panel.revealed


def test_one_mark_is_not_a_filing() -> None:
    assert not assess(["interviewer"], pair("interviewer", 3, 3)[:1]).filed


def test_the_total_is_the_sum_of_the_means() -> None:
    panel = assess(RATERS[:2], [*pair(RATERS[0], 2, 3), *pair(RATERS[1], 3, 3)])
    assert panel.total is not None
    assert panel.total.value == 5.5
    assert panel.complete


@pytest.mark.parametrize(("engineering", "research"), [(3, 4), (4, 4), (5, 2)])
def test_a_close_call_asks_for_one_more(engineering: int, research: int) -> None:
    alone = assess(RATERS[:1], pair(RATERS[0], engineering, research))
    assert alone.revealed
    assert not alone.complete
    assert "close call" in alone.asks[0]


@pytest.mark.parametrize(("engineering", "research"), [(3, 3), (5, 4), (0, 0), (5, 5)])
def test_a_clear_case_does_not(engineering: int, research: int) -> None:
    assert assess(RATERS[:1], pair(RATERS[0], engineering, research)).complete


def test_marks_two_apart_ask_for_one_more_and_a_third_settles_it() -> None:
    two = [*pair(RATERS[0], 1, 1, at=1), *pair(RATERS[1], 3, 1, at=2)]
    panel = assess(RATERS[:2], two)
    assert panel.asks == ("The marks on engineering are 2 apart; one more blind mark is needed.",)
    waiting = assess(RATERS, two)
    assert not waiting.revealed
    assert waiting.shows(RATERS[0], RATERS[0])
    assert not waiting.shows(RATERS[2], RATERS[0])
    assert assess(RATERS, [*two, *pair(RATERS[2], 2, 1, at=3)]).complete


def test_who_does_not_rate_sees_what_is_revealed_and_no_more() -> None:
    half = assess(RATERS[:2], pair(RATERS[0], 3, 3))
    assert not half.shows("host", RATERS[0])
    whole = assess(RATERS[:2], [*pair(RATERS[0], 3, 3), *pair(RATERS[1], 3, 3)])
    assert whole.shows("host", RATERS[0])


def test_a_rater_who_was_removed_does_not_count() -> None:
    panel = assess(RATERS[:1], [*pair(RATERS[0], 3, 3), *pair(RATERS[1], 5, 5)])
    assert panel.total is not None
    assert panel.total.value == 6


def test_more_raters_narrow_the_band() -> None:
    def width(raters: tuple[str, ...]) -> float:
        total = assess(raters, [mark for rater in raters for mark in pair(rater, 3, 2)]).total
        assert total is not None
        return total.high - total.low

    assert width(RATERS) < width(RATERS[:2]) < width(RATERS[:1])


@pytest.mark.parametrize(
    ("engineering", "research", "goes_on"), [(4, 4, True), (5, 3, True), (5, 2, False), (3, 4, False)]
)
def test_eight_of_ten_progresses(engineering: int, research: int, goes_on: bool) -> None:
    total = assess(RATERS[:1], pair(RATERS[0], engineering, research)).total
    assert total is not None
    assert total.progresses is goes_on
