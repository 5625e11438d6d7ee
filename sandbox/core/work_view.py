"""What the candidate runs, as everybody sees it. Pure; field names are the protocol's."""

from __future__ import annotations

from sandbox.core import events as ev
from sandbox.core.tool_claims import BenchRow, BenchText, TestCase, TokenStrip
from sandbox.core.work import BenchPoint, ToolReport, Work
from wire.base import Wire


class RunView(Wire):
    id: int
    kind: ev.RunKind
    label: str
    at: int
    finished_at: int | None
    outcome: ev.RunOutcome | None


class TerminalView(Wire):
    rows: int
    columns: int
    typist: ev.Author
    """Who typed in it last; the candidate until somebody else has."""


class TestReport(Wire):
    at: int
    running: bool
    error: str
    cases: tuple[TestCase, ...]


class BenchReport(Wire):
    at: int
    running: bool
    error: str
    rows: tuple[BenchRow, ...]
    strips: tuple[TokenStrip, ...]
    texts: tuple[BenchText, ...]


class BenchPointView(Wire):
    run: int
    at: int
    num_speculative_tokens: int
    acceptance_rate: float | None
    tokens_per_target_call: float
    speedup: float


def run_views(work: Work) -> tuple[RunView, ...]:
    return tuple(
        RunView(
            id=run.id,
            kind=run.kind,
            label=run.label,
            at=run.at,
            finished_at=run.finished_at,
            outcome=run.outcome,
        )
        for run in work.runs
    )


def terminal_view(work: Work) -> TerminalView | None:
    size = work.terminal
    return TerminalView(rows=size.rows, columns=size.columns, typist=work.typist) if size else None


def test_report(report: ToolReport | None) -> TestReport | None:
    if report is None:
        return None
    return TestReport(at=report.at, running=report.running, error=report.error, cases=report.cases)


def bench_report(report: ToolReport | None) -> BenchReport | None:
    if report is None:
        return None
    return BenchReport(
        at=report.at,
        running=report.running,
        error=report.error,
        rows=report.rows,
        strips=report.strips,
        texts=report.texts,
    )


def bench_point(point: BenchPoint) -> BenchPointView:
    return BenchPointView(
        run=point.run,
        at=point.at,
        num_speculative_tokens=point.best.num_speculative_tokens,
        acceptance_rate=point.best.acceptance_rate,
        tokens_per_target_call=point.best.tokens_per_target_call,
        speedup=point.best.speedup,
    )
