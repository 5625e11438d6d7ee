"""What is said about wall time follows from the record, and claims no more than that holds."""

from __future__ import annotations

import numpy as np
import pytest

from harness.core.trial import Ended
from harness.wall.clocked import LawOnText, Turn
from harness.wall.report import SPEEDUP, VIRTUAL, report
from tests.harness.wall.made_up import plain, record, speculative
from wire.scorecard import WallTime

STEADY = [1.5, 1.6] * 8


def figure(wall: WallTime, name: str) -> float:
    return next(each.value for each in wall.measurements if each.name == name)


def test_a_steady_speed_up_is_told_with_its_interval() -> None:
    wall = report(record(STEADY))
    assert wall.outcome == "measured"
    assert 1.5 <= figure(wall, SPEEDUP) <= 1.6
    assert "by the clock" in wall.summary
    assert wall == report(record(STEADY))


def test_virtual_time_of_the_same_runs_stands_beside_it() -> None:
    assert figure(report(record(STEADY)), VIRTUAL) == pytest.approx(64.7 / 30.0)


def test_why_the_clock_gives_less_is_said_with_the_costs_that_were_measured() -> None:
    wall = report(record([1.6] * 16))
    assert "imitates a memory-bound GPU" in wall.explanation
    # A verifying call is 0.2 * 0.5 / 20 s, a single one 0.32 * 0.9 / 63 s.
    assert figure(wall, "cost of a target call over 5 positions") == pytest.approx(
        (0.2 * 0.5 / 20) / (0.32 * 0.9 / 63)
    )
    assert "That is why the clock gives less" in wall.explanation


def test_no_excuse_is_made_where_the_clock_gives_as_much() -> None:
    assert "gives less" not in report(record([2.3] * 16)).explanation


def test_a_noisy_machine_gets_no_figure() -> None:
    wall = report(record(np.exp(np.random.default_rng(3).normal(0.3, 1.0, 16)).tolist()))
    assert wall.outcome == "too_noisy"
    assert "too noisy" in wall.summary
    assert SPEEDUP not in [each.name for each in wall.measurements]


def test_too_few_turns_get_no_figure() -> None:
    wall = report(record([1.5] * 5))
    assert (wall.outcome, wall.measurements) == ("too_noisy", ())
    assert "Only 5 prompts" in wall.summary


def test_a_judgement_that_left_no_time_says_so() -> None:
    wall = report(record([]))
    assert wall.outcome == "not_measured"
    assert "No time was left" in wall.summary


def test_turns_in_which_a_side_did_not_return_are_left_out() -> None:
    lost = Turn(plain=plain(), candidate=speculative(ended=Ended.TIMED_OUT))
    steady = record(STEADY)
    assert report(record(STEADY, turns=(*steady.turns, lost))).measurements == report(steady).measurements


def test_a_submission_that_fails_is_not_measured_and_the_note_says_why() -> None:
    wall = report(record(STEADY, stopped="failed", note="no result after 10 s"))
    assert wall.outcome == "not_measured"
    assert "no result after 10 s" in wall.summary


def test_a_broken_law_is_put_before_a_person() -> None:
    law = LawOnText(tokens=900, log10_evidence=31.0, rejected=True)
    assert "do not follow the target's law" in report(record(STEADY, law=law)).explanation


def test_a_draft_that_was_never_called_needs_no_cost() -> None:
    turns = tuple(Turn(plain=plain(), candidate=plain()) for _ in range(16))
    names = [each.name for each in report(record(STEADY, turns=turns)).measurements]
    assert "cost of a draft call" not in names
