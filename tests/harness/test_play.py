"""The one loop that a live judgement and a verified record go through."""

from __future__ import annotations

from collections import deque
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import harness.play
from harness.core.trial import Ended, Trial, TrialRun
from harness.play import IN_FLIGHT, OUT_OF_TIME, RECORD_FULL, play
from harness.record import Room
from harness.schedule import Schedule
from pairs.ledger import Call
from tests.harness.made_up import CountingCheck


class Scripted:
    """Returns from every trial but those of ``fails``, by number; keeps what was asked of it."""

    def __init__(self, fails: frozenset[int] = frozenset()) -> None:
        self._fails = fails
        self._out: deque[Trial] = deque()
        self.begun: list[Trial] = []
        self.most_out = 0

    @property
    def busy(self) -> int:
        return len(self._out)

    def begin(self, trial: Trial) -> None:
        self._out.append(trial)
        self.begun.append(trial)
        self.most_out = max(self.most_out, self.busy)

    def finish(self) -> TrialRun:
        number = len(self.begun) - len(self._out)
        ended = Ended.RAISED if number in self._fails else Ended.RETURNED
        return TrialRun(trial=self._out.popleft(), ended=ended)


def schedule() -> Schedule:
    return Schedule([CountingCheck("contract", 4, enough=3), CountingCheck("law", 40, enough=5)], "quick", 7)


def test_every_trial_is_played_and_recorded_in_order_with_some_out_at_any_time() -> None:
    plan, player, seen = schedule(), Scripted(), list[TrialRun]()
    assert play(plan, player, on_run=seen.append, out_of_time=lambda: False) is None
    assert [run.trial for run in plan.runs] == player.begun
    assert list(plan.runs) == seen
    assert len(seen) == 44
    assert player.most_out == IN_FLIGHT


@given(limit=st.integers(1, 60), fails=st.frozensets(st.integers(4, 40)))
def test_out_of_time_begins_no_more_trials_and_waits_for_those_that_are_out(
    limit: int, fails: frozenset[int]
) -> None:
    plan, player = schedule(), Scripted(fails)
    cut = play(plan, player, on_run=lambda run: None, out_of_time=lambda: len(plan.runs) >= limit)
    whole = schedule()
    play(whole, Scripted(fails), on_run=lambda run: None, out_of_time=lambda: False)
    assert list(plan.runs) == list(whole.runs)[: len(plan.runs)]
    assert cut == (limit if len(whole.runs) >= limit else None)
    if cut is not None:
        assert plan.stopped == OUT_OF_TIME
        assert cut <= len(plan.runs) < cut + IN_FLIGHT


def test_runs_that_fill_the_record_end_the_judgement(monkeypatch: pytest.MonkeyPatch) -> None:
    class Calling(Scripted):
        def finish(self) -> TrialRun:
            return replace(super().finish(), calls=(Call(model="target", path=(1, 2, 3), fed=3),))

    monkeypatch.setattr(harness.play, "Room", lambda: Room(paths_left=15))
    plan, player = schedule(), Calling()
    assert play(plan, player, on_run=lambda run: None, out_of_time=lambda: False) is None
    assert plan.stopped == RECORD_FULL
    assert len(plan.runs) == len(player.begun) == 5 + IN_FLIGHT - 1
