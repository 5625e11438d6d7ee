"""The order of trials, and when more of them can tell nothing."""

from __future__ import annotations

from collections.abc import Callable

from harness.core.trial import Ended, Trial, TrialRun
from harness.schedule import EQUAL_FAILURES, EQUAL_TIMEOUTS, Schedule
from tests.harness.made_up import CountingCheck

Play = Callable[[Trial], TrialRun]


def returns(trial: Trial) -> TrialRun:
    return TrialRun(trial=trial, ended=Ended.RETURNED, tokens=(1,))


def ends(ended: Ended, note: str = "") -> Play:
    return lambda trial: TrialRun(trial=trial, ended=ended, note=note)


def play(schedule: Schedule, play_one: Play = returns) -> list[str]:
    """Purposes of all trials that were played."""
    purposes: list[str] = []
    while (trial := schedule.next()) is not None:
        purposes.append(trial.purpose)
        schedule.record(play_one(trial))
    return purposes


def test_the_contract_comes_first_then_the_others_in_turn() -> None:
    checks = [CountingCheck("law", 3), CountingCheck("contract", 2), CountingCheck("greedy", 2)]
    assert play(Schedule(checks, "full", 1)) == [
        "contract",
        "contract",
        "law",
        "greedy",
        "law",
        "greedy",
        "law",
    ]


def test_the_same_seed_gives_the_same_trials_and_another_seed_others() -> None:
    def trials(seed: int, *checks: CountingCheck) -> list[int]:
        schedule = Schedule(checks, "full", seed)
        play(schedule)
        return [run.trial.seed for run in schedule.runs if run.trial.purpose == "law"]

    assert trials(1, CountingCheck("law", 3)) == trials(
        1, CountingCheck("greedy", 9), CountingCheck("law", 3)
    )
    assert trials(1, CountingCheck("law", 3)) != trials(2, CountingCheck("law", 3))


def test_a_settled_check_gets_no_more_trials_and_the_others_go_on() -> None:
    def only_law_fails(trial: Trial) -> TrialRun:
        return ends(Ended.RAISED)(trial) if trial.purpose == "law" else returns(trial)

    purposes = play(
        Schedule([CountingCheck("law", 100, enough=3), CountingCheck("greedy", 20)], "full", 1),
        only_law_fails,
    )
    assert purposes.count("law") == 3
    assert purposes.count("greedy") == 20


def test_looks_come_at_growing_distances() -> None:
    law = CountingCheck("law", 200)
    play(Schedule([law], "full", 1))
    assert law.looks[:5] == [3, 4, 5, 7, 9]
    assert len(law.looks) < 20


def test_a_contract_that_is_settled_stops_everything() -> None:
    schedule = Schedule([CountingCheck("contract", 5, enough=3), CountingCheck("law", 9)], "full", 1)
    assert play(schedule, ends(Ended.RAISED)) == ["contract"] * 3
    assert schedule.stopped == "every trial of the contract check failed"


def test_equal_failures_in_a_row_stop_everything() -> None:
    schedule = Schedule([CountingCheck("law", 90), CountingCheck("greedy", 90)], "full", 1)
    assert len(play(schedule, ends(Ended.RAISED, "NameError"))) == EQUAL_FAILURES
    assert schedule.stopped


def test_timeouts_stop_everything_sooner() -> None:
    schedule = Schedule([CountingCheck("law", 90)], "full", 1)
    assert len(play(schedule, ends(Ended.TIMED_OUT, "no result after 10 s"))) == EQUAL_TIMEOUTS


def test_failures_that_differ_or_do_not_follow_each_other_stop_nothing() -> None:
    def unlucky(trial: Trial) -> TrialRun:
        return returns(trial) if trial.seed % 3 == 0 else ends(Ended.RAISED, str(trial.seed % 2))(trial)

    schedule = Schedule([CountingCheck("law", 60)], "full", 1)
    assert len(play(schedule, unlucky)) == 60
    assert schedule.stopped == ""


def test_a_check_without_trials_is_no_problem() -> None:
    assert play(Schedule([CountingCheck("speed", 0)], "full", 1)) == []


def test_stopped_from_outside_it_gives_no_more_trials() -> None:
    schedule = Schedule([CountingCheck("law", 5)], "full", 1)
    assert schedule.next() is not None
    schedule.stop("the time ran out")
    assert schedule.next() is None


def test_a_check_that_asks_for_no_trials_is_left_out_only_where_nothing_returned() -> None:
    law, speed = CountingCheck("law", 5), CountingCheck("speed", 0)
    schedule = Schedule([law, speed], "full", 1)
    first = schedule.next()
    assert first is not None
    schedule.record(returns(first))
    schedule.stop("the time ran out")
    assert not schedule.left_out(speed)
    assert not schedule.left_out(law)


def test_a_check_whose_trials_were_all_left_out_is_left_out() -> None:
    law, edges, speed = CountingCheck("law", 5), CountingCheck("edges", 5), CountingCheck("speed", 0)
    schedule = Schedule([law, edges, speed], "full", 1)
    first = schedule.next()
    assert first is not None
    schedule.record(ends(Ended.RAISED, "NameError")(first))
    assert not schedule.left_out(edges)
    schedule.stop("the time ran out")
    assert schedule.left_out(edges)
    assert schedule.left_out(speed)
    assert not schedule.left_out(law)
