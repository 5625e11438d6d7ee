"""Which moments of an interview a replay marks on its line of time. Pure."""

from __future__ import annotations

from typing import Literal

from sandbox.core import events as ev
from sandbox.core import room_events as rev
from sandbox.core.interview import Interview
from sandbox.core.work import Run, ToolReport

Marker = Literal[
    "stage", "run", "run-failed", "tests-passed", "tests-failed", "bench", "submit", "judgement",
    "terminal", "note", "tick", "mark", "chat", "paste", "insert", "rhythm", "away", "focus-block", "outage",
]  # fmt: skip


def marker(event: ev.Event, after: Interview) -> Marker | None:
    """The mark of an event, or None. ``after``: the interview once it has happened."""
    match event:
        case ev.StageMoved():
            return "stage"
        case ev.RunStarted(run_kind="file" | "cell" | "selection"):
            return "run"
        case ev.TerminalOpened() | ev.TerminalShown() | ev.TerminalTyped():
            return "terminal"
        case ev.RunFinished(run=run):
            return _finished(after.work.run(run), after)
        case ev.Submitted():
            return "submit"
        case ev.JudgementMade() | ev.JudgementFailed() | ev.SubmissionUnreadable():
            return "judgement"
        case ev.NoteAdded():
            return "note"
        case ev.FindingTicked(on=True):
            return "tick"
        case ev.Marked():
            return "mark"
        case ev.Pasted():
            return "paste"
        case ev.BigInsert():
            return "insert"
        case rev.RhythmBroke():
            return "rhythm"
        case ev.FocusChanged(visible=False):
            return "away"
        case rev.Said():
            return "chat"
        case rev.FocusBlockStarted():
            return "focus-block"
        case rev.OutageBegan():
            return "outage"
        case _:
            return None


def tests_in_words(event: ev.Event, after: Interview) -> str | None:
    """What the visible tests came to, for the event that ended them."""
    if not isinstance(event, ev.RunFinished):
        return None
    run, report = after.work.run(event.run), after.work.tests
    if run is None or run.kind != "tests" or report is None or report.run != run.id:
        return None
    passed = sum(one.outcome == "passed" for one in report.cases)
    stopped = f" {report.error}" if report.error else ""
    return f"Visible tests: {passed} of {len(report.cases)} pass.{stopped}"


def _finished(run: Run | None, after: Interview) -> Marker | None:
    if run is None:
        return None
    if run.kind == "tests":
        return "tests-passed" if _all_passed(after.work.tests) else "tests-failed"
    if run.kind == "bench":
        return "bench"
    return None if run.outcome == "ok" else "run-failed"


def _all_passed(report: ToolReport | None) -> bool:
    if report is None or report.error or not report.cases:
        return False
    return all(one.outcome in ("passed", "skipped") for one in report.cases)
