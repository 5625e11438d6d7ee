"""Two pictures of an economy run: which drafts stand by their place in a block, and where the time goes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from harness.checks.cost_split import cost_split, own_time
from harness.checks.economy_runs import Costed, costed_runs
from harness.checks.positions import acceptance_by_position
from harness.core.intervals import share
from harness.core.trial import Ended, Trial, TrialRun
from harness.reference.sampler import play
from pairs.analytic import PairSpec, make_pair
from pairs.flavours import BELL
from pairs.ledger import Call
from pairs.prices import MEMORY_BOUND
from wire.scorecard import Plot, Series

PAIR = make_pair(PairSpec(name="pair", seed=3, vocab_size=16, flavour=BELL, acceptance=0.7))
TRIAL = Trial(
    purpose="economy",
    pair="pair",
    prompt=(1, 2, 3),
    max_new_tokens=40,
    num_speculative_tokens=4,
    temperature=1.0,
    seed=0,
)


def costed(*runs: TrialRun) -> list[Costed]:
    return costed_runs(runs, {"pair": PAIR})


def of_reference(*gammas: int, runs: int = 10) -> list[Costed]:
    return costed(
        *(
            play(replace(TRIAL, seed=seed, num_speculative_tokens=gamma), PAIR)
            for gamma in gammas
            for seed in range(runs)
        )
    )


def by_hand(tokens: tuple[int, ...], *calls: Call, gamma: int = 2) -> list[Costed]:
    trial = replace(TRIAL, prompt=(1,), num_speculative_tokens=gamma)
    return costed(TrialRun(trial=trial, ended=Ended.RETURNED, tokens=tokens, calls=calls))


def target(*path: int, fed: int) -> Call:
    return Call(model="target", path=path, fed=fed)


def values(plot: Plot, name: str) -> dict[float, float]:
    series = next(one for one in plot.series if one.name == name)
    return dict(zip(series.x, series.y, strict=True))


def test_the_reference_accepts_at_each_position_what_is_expected_of_it() -> None:
    plot = acceptance_by_position(of_reference(2, 4, runs=60))
    yours, expected = values(plot, "this submission"), values(plot, "reference (expected)")
    assert list(yours) == list(expected) == [1.0, 2.0, 3.0, 4.0]
    assert list(expected.values()) == sorted(expected.values(), reverse=True)
    for place in yours:
        assert yours[place] == pytest.approx(expected[place], abs=0.04)
    for low, y, high in zip(plot.series[0].low, plot.series[0].y, plot.series[0].high, strict=True):
        assert low < y < high


def test_a_draft_stands_when_all_before_it_in_its_block_do() -> None:
    # Drafts 2 9 after the prompt: 2 stands. Then 4 5: both stand.
    runs = by_hand((2, 3, 4, 5, 6), target(1, 2, 9, fed=3), target(1, 2, 3, 4, 5, fed=3))
    assert values(acceptance_by_position(runs), "this submission") == {1.0: 1.0, 2.0: 0.5}


def test_a_draft_past_the_end_of_the_text_counts_neither_way() -> None:
    runs = by_hand((2,), target(1, 2, 7, fed=3))
    assert values(acceptance_by_position(runs), "this submission") == {1.0: 1.0}


def test_what_never_drafts_has_no_points() -> None:
    runs = by_hand((2, 3), target(1, fed=1), target(1, 2, fed=1))
    assert values(acceptance_by_position(runs), "this submission") == {}


def test_the_parts_of_the_cost_make_up_the_time_paid() -> None:
    runs = of_reference(1, 4, runs=4)
    split = cost_split(runs)[0]
    target_calls, draft_calls = (one.y for one in split.series)
    for at, gamma in enumerate((1, 4)):
        group = [each for each in runs if each.gamma == gamma]
        plain = sum(each.plain(MEMORY_BOUND) for each in group)
        yours, reference = 2 * at, 2 * at + 1
        paid = sum(each.paid(MEMORY_BOUND) for each in group)
        expected = sum(each.reference(MEMORY_BOUND) for each in group)
        assert target_calls[yours] + draft_calls[yours] == pytest.approx(paid / plain)
        assert target_calls[reference] + draft_calls[reference] == pytest.approx(expected / plain)
        assert 0 < draft_calls[yours] < target_calls[yours]


def test_own_time_is_shown_only_where_it_was_measured() -> None:
    runs = of_reference(2, runs=3)
    assert [one.title for one in cost_split(runs)] == ["Cost split, in virtual time"]
    assert own_time(runs) == ()
    timed = [replace(each, run=replace(each.run, cpu_s=0.02, wall_s=0.1)) for each in runs]
    _, measured = cost_split(timed)
    own, idle = (one.y for one in measured.series)
    assert own[0] == pytest.approx(20 / 40)
    assert idle[0] == pytest.approx(80 / 40)
    assert own_time(timed)[0].value == pytest.approx(0.5)


def test_a_processor_that_worked_longer_than_the_run_took_leaves_nothing_idle() -> None:
    """As with several threads, or where the import is in the one and not in the other."""
    timed = [replace(each, run=replace(each.run, cpu_s=0.2, wall_s=0.1)) for each in of_reference(2, runs=1)]
    assert cost_split(timed)[1].series[1].y == (0.0,)


@given(st.integers(1, 10_000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_the_interval_of_a_share_holds_it_and_stays_between_none_and_all(counts: tuple[int, int]) -> None:
    hits, of = counts
    found = share("share", hits, of, "of drafts")
    assert 0 <= found.low <= found.value <= found.high <= 1
    assert found.low < found.high
    assert found.value == hits / of


def test_wilsons_interval_is_the_textbooks() -> None:
    found = share("share", 8, 10, "of drafts")
    assert (found.low, found.high) == pytest.approx((0.4902, 0.9433), abs=1e-4)


@pytest.mark.parametrize(("low", "high"), [((0.1,), ()), ((0.6,), (0.9,)), ((0.1, 0.1), (0.9, 0.9))])
def test_a_series_with_intervals_has_one_around_each_y(
    low: tuple[float, ...], high: tuple[float, ...]
) -> None:
    with pytest.raises(ValidationError):
        Series(name="s", x=(1.0,), y=(0.5,), low=low, high=high)
