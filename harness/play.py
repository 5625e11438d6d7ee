"""One judgement's trials, played in the order that the schedule gives them. Pure: the player plays.

A live submission and the record of an earlier judgement are both players, so that what is verified later goes
through the very steps that were judged.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from harness.core.trial import Trial, TrialRun
from harness.record import Room
from harness.schedule import Schedule

IN_FLIGHT = 3
"""Trials given out and not recorded. One more than play at once, so that nobody waits for a slow trial."""

OUT_OF_TIME = "the time for judging ran out"
RECORD_FULL = "the calls of the submission filled the record"


class Player(Protocol):
    """Plays trials; their runs come back in the order in which the trials were begun."""

    @property
    def busy(self) -> int:
        """Trials begun and not finished."""
        ...

    def begin(self, trial: Trial) -> None: ...

    def finish(self) -> TrialRun:
        """The run of the trial that was begun first of those that are out."""
        ...


def play(
    schedule: Schedule,
    player: Player,
    *,
    on_run: Callable[[TrialRun], None],
    out_of_time: Callable[[], bool],
) -> int | None:
    """Play until nothing more is wanted. While trials are played, the checks look at those that are over.

    Which trial comes next hangs on the runs recorded so far, never on how fast one was: `IN_FLIGHT` trials
    are out at any time, and runs are recorded in the order of their trials. So a seed fixes them all, up to
    the run after which there was no time left: the number of runs recorded by then is returned, None where
    time sufficed. Runs that leave no room in the record end it too, and that hangs on the runs alone.

    ``out_of_time`` is asked after each run; once it said True no trial is begun.
    """
    cut_after: int | None = None
    room, full = Room(), False
    while True:
        while player.busy < IN_FLIGHT and (trial := schedule.next()) is not None:
            player.begin(trial)
        if not player.busy:
            return cut_after
        run = player.finish()
        schedule.record(run)
        on_run(run)
        full |= not room.take(run)
        if cut_after is None and out_of_time():
            cut_after = len(schedule.runs)
        # Each time: it is the reason that counts, whatever the trials still out made of it.
        if full:
            schedule.stop(RECORD_FULL)
        if cut_after is not None:
            schedule.stop(OUT_OF_TIME)
