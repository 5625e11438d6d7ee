"""All interviews that have a total, read from the log for the calibration page."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce

from sandbox.core import events as ev
from sandbox.core.calibration import Case, decided
from sandbox.core.evolve import evolve
from sandbox.core.panel_marks import AXES
from sandbox.store.log import EventLog
from wire.challenge import Axis

UNREAD = tuple(kind for kind in ev.BULKY if kind != "test-case")
"""Kinds that the statistics need not read."""


def cases(log: EventLog) -> list[Case]:
    """Finished interviews in which both axes are marked. Raises StorageFault."""
    found = (_case(list(log.entries(interview, without=UNREAD))) for interview in log.ids())
    return [one for one in found if one is not None]


def _case(entries: list[ev.Entry]) -> Case | None:
    state = reduce(evolve, entries, None)
    if state is None or state.stage != "finished":
        return None
    total = state.marking.total
    if total is None:
        return None
    scorecard = state.latest_scorecard
    verdicts = scorecard.verdicts if scorecard else ()
    blind = {(one.axis, one.author): one for one in state.marks if one.blind}
    marks: dict[Axis, tuple[int, ...]] = {
        axis: tuple(one.score for (on, _), one in blind.items() if on == axis) for axis in AXES
    }
    return Case(
        interview=state.id,
        at=max(mark.at for mark in state.marks),
        versions=tuple(f"{one.slug} {one.version}" for one in (state.filter, state.probe)),
        marks=marks,
        total=total.value,
        passed={one.check: passed for one in verdicts if (passed := decided(one.status)) is not None},
        first_pass_ms=first_pass_ms(entries),
        synthetic=state.synthetic,
    )


def first_pass_ms(entries: Iterable[ev.Entry]) -> int | None:
    """From the start of the probe to the end of the first run in which every visible test passed."""
    began: int | None = None
    outcomes = dict[int, list[str]]()
    for entry in entries:
        match entry.event:
            case ev.StageMoved(stage="probe"):
                began = entry.at_ms
            case ev.RunStarted(run=run, run_kind="tests"):
                outcomes[run] = []
            case ev.TestCaseReported(run=run, case=case) if run in outcomes:
                outcomes[run].append(case.outcome)
            case ev.RunFinished(run=run, outcome="ok") if began is not None and run in outcomes:
                if outcomes[run] and set(outcomes[run]) <= {"passed", "skipped"}:
                    return entry.at_ms - began
    return None
