"""What the candidate runs: code, visible tests, the bench, a terminal; and how each went. Pure.

All of it is the sandbox's word, and the sandbox holds hostile code: it is shown, and it decides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sandbox.core import events as ev
from sandbox.core.tool_claims import BenchRow, BenchText, TestCase, TokenStrip

MAX_TOOL_ROWS = 200
MAX_BENCH_HISTORY = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    id: int
    kind: ev.RunKind
    label: str
    sha256: str
    at: int
    finished_at: int | None = None
    outcome: ev.RunOutcome | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolReport:
    """What the latest visible tests or bench claimed; rows of one kind only."""

    run: int
    at: int
    running: bool = True
    error: str = ""
    cases: tuple[TestCase, ...] = ()
    rows: tuple[BenchRow, ...] = ()
    strips: tuple[TokenStrip, ...] = ()
    texts: tuple[BenchText, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchPoint:
    """One run of the bench in the history: its row with the best speed-up."""

    run: int
    at: int
    best: BenchRow


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminalSize:
    rows: int
    columns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    runs: tuple[Run, ...] = ()
    tests: ToolReport | None = None
    bench: ToolReport | None = None
    bench_history: tuple[BenchPoint, ...] = ()
    terminal: TerminalSize | None = None
    """Of the terminal that is open."""
    typist: ev.Author = "candidate"
    """Who typed in it last."""

    def run(self, number: int) -> Run | None:
        return next((one for one in reversed(self.runs) if one.id == number), None)

    def report(self, run: int) -> ToolReport | None:
        """Of that run of a tool, while no later one has taken its place."""
        return next((one for one in (self.tests, self.bench) if one is not None and one.run == run), None)

    def tool_rows(self, run: int) -> int:
        """Rows and cases that a run of a tool has reported."""
        report = self.report(run)
        if report is None:
            return 0
        return len(report.cases) + len(report.rows) + len(report.strips) + len(report.texts)

    @property
    def next_run(self) -> int:
        return self.runs[-1].id + 1 if self.runs else 1


WorkEvent = (
    ev.RunStarted
    | ev.TestCaseReported
    | ev.BenchRowReported
    | ev.TokenStripReported
    | ev.BenchTextReported
    | ev.ToolStopped
    | ev.RunFinished
    | ev.TerminalOpened
    | ev.TerminalTyped
    | ev.TerminalResized
    | ev.TerminalClosed
)


def evolve(work: Work, event: WorkEvent, at: int) -> Work:
    """``at``: epoch ms."""
    match event:
        case ev.RunStarted():
            return _started(work, event, at)
        case ev.TestCaseReported(run=run, case=case):
            if work.tests is None or work.tests.run != run:
                return work
            return replace(work, tests=replace(work.tests, cases=(*work.tests.cases, case)))
        case ev.BenchRowReported(run=run, row=row):
            if work.bench is None or work.bench.run != run:
                return work
            bench = replace(work.bench, rows=(*work.bench.rows, row))
            return replace(work, bench=bench, bench_history=_history(work.bench_history, bench))
        case ev.TokenStripReported(run=run, strip=strip):
            if work.bench is None or work.bench.run != run:
                return work
            return replace(work, bench=replace(work.bench, strips=(*work.bench.strips, strip)))
        case ev.BenchTextReported(run=run, text=text):
            if work.bench is None or work.bench.run != run:
                return work
            return replace(work, bench=replace(work.bench, texts=(*work.bench.texts, text)))
        case ev.ToolStopped(run=run, error=error):
            return _with_reports(work, run, running=True, error=error)
        case ev.RunFinished(run=run, outcome=outcome):
            runs = tuple(
                replace(one, finished_at=at, outcome=outcome) if one.id == run else one for one in work.runs
            )
            return _with_reports(replace(work, runs=runs), run, running=False, error=_why(outcome))
        case ev.TerminalOpened(rows=rows, columns=columns):
            return replace(work, terminal=TerminalSize(rows=rows, columns=columns), typist="candidate")
        case ev.TerminalResized(rows=rows, columns=columns):
            return replace(work, terminal=TerminalSize(rows=rows, columns=columns))
        case ev.TerminalTyped(by=by):
            return replace(work, typist=by)
        case ev.TerminalClosed():
            return replace(work, terminal=None)


def cut_off(work: Work) -> list[ev.Event]:
    """What a server that has just started must record: nothing that ran before it runs now."""
    died = [ev.RunFinished(run=one.id, outcome="died") for one in work.runs if one.outcome is None]
    closed = [ev.TerminalClosed(why="the server was restarted")] if work.terminal else []
    return [*died, *closed]


def _started(work: Work, event: ev.RunStarted, at: int) -> Work:
    run = Run(id=event.run, kind=event.run_kind, label=event.label, sha256=event.sha256, at=at)
    work = replace(work, runs=(*work.runs, run))
    match event.run_kind:
        case "tests":
            return replace(work, tests=ToolReport(run=event.run, at=at))
        case "bench":
            return replace(work, bench=ToolReport(run=event.run, at=at))
        case _:
            return work


def _history(points: tuple[BenchPoint, ...], bench: ToolReport) -> tuple[BenchPoint, ...]:
    best = max(bench.rows, key=lambda row: row.speedup)
    earlier = tuple(point for point in points if point.run != bench.run)
    return (*earlier, BenchPoint(run=bench.run, at=bench.at, best=best))[-MAX_BENCH_HISTORY:]


def _why(outcome: ev.RunOutcome) -> str:
    return {
        "ok": "",
        "error": "",
        "interrupted": "Stopped before the end.",
        "died": "The process died before the end.",
        "timed_out": "Stopped: it took too long.",
        "flooded": "Stopped: it printed too much.",
    }[outcome]


def _with_reports(work: Work, run: int, *, running: bool, error: str) -> Work:
    def stopped(report: ToolReport | None) -> ToolReport | None:
        if report is None or report.run != run:
            return report
        return replace(report, running=running, error=report.error or error)

    return replace(work, tests=stopped(work.tests), bench=stopped(work.bench))
