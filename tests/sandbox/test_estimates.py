"""Figures from small cohorts: what they say, and when they say nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sandbox.core.estimates import agreement, discrimination, drift, share
from sandbox.core.impact import (
    COLUMNS,
    BadTable,
    Count,
    breach_by_chance,
    impact,
    parse_counts,
)

marks = st.integers(0, 5)


@given(st.integers(0, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_a_share_lies_in_its_interval_and_never_claims_certainty(counts: tuple[int, int]) -> None:
    k, n = counts
    found = share(k, n)
    assert 0 <= found.low <= (found.value if found.value is not None else 0.5) <= found.high <= 1
    assert found.high - found.low > 0


@pytest.mark.parametrize("truth", [0.05, 0.2, 0.5])
def test_the_interval_holds_the_truth_as_often_as_it_says(truth: float) -> None:
    n = 40
    covered = sum(
        stats.binom.pmf(k, n, truth) for k in range(n + 1) if share(k, n).low <= truth <= share(k, n).high
    )
    assert covered >= 0.95


@pytest.mark.parametrize(("k", "n"), [(-1, 3), (4, 3)])
def test_what_cannot_be_a_share_is_refused(k: int, n: int) -> None:
    with pytest.raises(ValueError, match="no share"):
        share(k, n)


def test_agreement_is_one_for_the_same_marks_and_near_zero_for_unrelated_ones() -> None:
    random = np.random.default_rng(3)
    truth = random.integers(0, 6, 60)
    assert agreement([(int(mark), int(mark)) for mark in truth]).value == pytest.approx(1)
    unrelated = agreement([tuple(int(x) for x in random.integers(0, 6, 2)) for _ in range(60)])
    assert unrelated.low is not None
    assert unrelated.high is not None
    assert unrelated.low < 0 < unrelated.high


def test_a_mark_off_by_four_disagrees_more_than_one_off_by_one() -> None:
    def shifted(by: int) -> float:
        usual = [(mark, mark) for mark in range(6)] * 4
        found = agreement([*usual, *[(0, by)] * 4])
        assert found.value is not None
        return found.value

    assert shifted(4) < shifted(1)


@given(st.lists(st.lists(marks, max_size=1), max_size=30))
def test_marks_of_single_raters_say_nothing_about_agreement(alone: list[list[int]]) -> None:
    found = agreement(alone)
    assert found.value is None
    assert found.too_few


def test_equal_marks_say_nothing_about_agreement_or_drift() -> None:
    assert "the same" in agreement([(3, 3)] * 20).too_few
    assert "the same" in drift([3.0] * 20).too_few


def test_drift_has_the_sign_of_the_trend() -> None:
    rising = drift([at / 10 for at in range(30)])
    assert rising.low is not None
    assert rising.low > 0.9
    random = np.random.default_rng(5)
    covered = 0
    for _ in range(200):
        still = drift(list(random.permutation(30).astype(float)))
        assert still.low is not None
        assert still.high is not None
        covered += still.low <= 0 <= still.high
    assert covered > 180


def test_a_check_discriminates_when_those_who_pass_it_reach_more_often() -> None:
    helps = discrimination([(True, True)] * 8 + [(True, False)] * 4 + [(False, True)] + [(False, False)] * 20)
    assert helps.odds_ratio.low is not None
    assert helps.odds_ratio.low > 1
    assert discrimination([(True, True), (False, False)]).odds_ratio.too_few
    assert discrimination([(True, False), (False, False)] * 9).odds_ratio.too_few


def counts(n: int, k: int, m: int, j: int) -> tuple[Count, Count]:
    return tuple(  # type: ignore[return-value]
        Count(stage="probe", attribute="sex", group=group, candidates=size, reached=reached)
        for group, size, reached in (("f", n, k), ("m", m, j))
    )


@pytest.mark.parametrize("sizes", [(40, 40), (60, 25), (7, 90)])
def test_breaches_by_chance_are_those_of_a_simulation(sizes: tuple[int, int]) -> None:
    n, m = sizes
    one, other = counts(n, round(n * 0.2), m, round(m * 0.2))
    rate = (one.reached + other.reached) / (n + m)
    random = np.random.default_rng(1)
    x, y = random.binomial(n, rate, 200_000) / n, random.binomial(m, rate, 200_000) / m
    simulated = np.mean(np.minimum(x, y) < 0.8 * np.maximum(x, y) - 1e-12)
    assert breach_by_chance(one, other) == pytest.approx(simulated, abs=0.005)


def test_two_like_groups_of_a_hundred_breach_four_fifths_more_often_than_not() -> None:
    assert breach_by_chance(*counts(100, 5, 100, 5)) == pytest.approx(0.70, abs=0.005)


def test_each_group_is_held_against_the_one_with_the_highest_rate() -> None:
    [found] = impact(
        parse_counts(
            "stage,attribute,group,candidates,reached\n"
            "probe,age,under 40,200,40\nprobe,age,over 40,150,12\nprobe,age,not said,12,0\n"
        )
    )
    assert found.reference == "under 40"
    older, silent = found.comparisons
    assert (older.group, older.below_four_fifths) == ("over 40", True)
    assert older.ratio == pytest.approx(0.4)
    assert older.ratio_high is not None
    assert older.ratio_high < 0.8
    assert older.fisher_p < 0.01
    assert not older.too_few
    assert (silent.ratio, silent.too_few != "") == (0.0, True)
    assert silent.ratio_high is not None
    assert silent.ratio_high > 1


def test_where_nobody_goes_on_there_is_no_ratio() -> None:
    [found] = impact(counts(50, 0, 60, 0))
    [only] = found.comparisons
    assert (only.ratio, only.below_four_fifths, only.fisher_p) == (None, False, 1.0)


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ("", "first line"),
        ("group,reached\na,1\n", "first line"),
        (",".join(COLUMNS) + "\n", "no row"),
        (",".join(COLUMNS) + "\nprobe,sex,f,10\n", "fields"),
        (",".join(COLUMNS) + "\nprobe,sex,f,10,2,3\n", "fields"),
        (",".join(COLUMNS) + "\nprobe,sex,f,ten,2\n", "Line 2, candidates"),
        (",".join(COLUMNS) + "\nprobe,sex,f,0,0\n", "Line 2, candidates"),
        (",".join(COLUMNS) + "\nprobe,sex,f,10,11\n", "cannot have gone on"),
        (",".join(COLUMNS) + "\nprobe,sex,f,10,1\nprobe,sex,f,10,1\n", "twice"),
        (",".join(COLUMNS) + '\n"probe,sex,f,10,1\n', "CSV"),
        (",".join(COLUMNS) + "\n" + "probe,sex,f,10,1\n" * 5_000, "KiB"),
        ("\x00", "first line"),
    ],
)
def test_a_table_that_is_none_says_what_is_wrong(table: str, says: str) -> None:
    with pytest.raises(BadTable, match=says):
        parse_counts(table)


@given(st.text(max_size=300))
def test_any_text_is_a_table_or_is_refused(text: str) -> None:
    try:
        impact(parse_counts(text))
    except BadTable:
        return
