"""Runs `test_visible.py` under pytest, in process, and reports each case as it ends."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from probe_tools.deadline import deadline, last_resort
from probe_tools.lines import Lines, shorten
from probe_tools.submission import CannotRun, explain, load_generate

TESTS = Path(__file__).parent.parent / "test_visible.py"
CASE_LIMIT_S = 6.0
TOTAL_LIMIT_S = 90.0
OPTIONS = (
    "-p",
    "no:cacheprovider",
    "--assert=plain",
    "--import-mode=importlib",
    "--capture=no",
    "-c",
    os.devnull,
)


def run(lines: Lines) -> None:
    """A line for each test of `test_visible.py`, as it ends."""
    sys.dont_write_bytecode = True  # the folder is read-only
    last_resort(TOTAL_LIMIT_S, lines)
    try:
        load_generate()
    except CannotRun as error:
        lines.event("collected", total=0)
        lines.finished(str(error))
        return
    ended = pytest.main([str(TESTS), f"--rootdir={TESTS.parent}", *OPTIONS], plugins=[Reporter(lines)])
    all_ran = ended in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
    lines.finished("" if all_ran else "stopped before the last test: the run was interrupted")


class Reporter:
    """A pytest plugin: time limit for each case, and a line for each."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self._lines.event("collected", total=len(session.items))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, None, None]:
        with deadline(CASE_LIMIT_S):
            yield

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[Any]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        if call.when == "call" or (call.when == "setup" and not report.passed):
            error = call.excinfo.value if call.excinfo else None
            self._lines.event(
                "case",
                name=item.name,
                title=_title(item),
                outcome=_outcome(report, error),
                message=shorten(_message(report, error)),
                seconds=round(call.duration, 3),
            )
        return report


def _title(item: pytest.Item) -> str:
    lines = (getattr(getattr(item, "obj", None), "__doc__", "") or item.name).strip().splitlines()
    return lines[0]


def _outcome(report: pytest.TestReport, error: BaseException | None) -> str:
    """`failed`: the text is wrong. `error`: the code raised, or did not come back."""
    if report.outcome == "failed" and not isinstance(error, AssertionError):
        return "error"
    return report.outcome


def _message(report: pytest.TestReport, error: BaseException | None) -> str:
    if error is None or report.passed:
        return ""
    return str(error) if isinstance(error, AssertionError) and str(error) else explain(error)
