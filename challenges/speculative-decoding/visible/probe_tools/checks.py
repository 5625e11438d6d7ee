"""Runs `test_visible.py` under pytest, in process, and reports each case as it ends."""

from __future__ import annotations

import contextlib
import io
import linecache
import os
import sys
import textwrap
import traceback
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from probe_tools.deadline import deadline, last_resort
from probe_tools.lines import Lines, shorten
from probe_tools.submission import CannotRun, explain, load_generate, own_frame

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
        self._printed = Printed()

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self._lines.event("collected", total=len(session.items))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, None, None]:
        self._printed = Printed()
        with (
            contextlib.redirect_stdout(self._printed),
            contextlib.redirect_stderr(self._printed),
            deadline(CASE_LIMIT_S),
        ):
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
                assertion=shorten(_assertion(error)),
                output=self._printed.text(),
                **_place(error),
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


def _assertion(error: BaseException | None) -> str:
    """The statement of the test that does not hold, as it stands there."""
    if not isinstance(error, AssertionError):
        return ""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename) == TESTS]
    return _statement(frames[-1]) if frames else ""


def _statement(frame: traceback.FrameSummary) -> str:
    first, last = frame.lineno or 1, frame.end_lineno or frame.lineno or 1
    lines = [linecache.getline(frame.filename, number) for number in range(first, last + 1)]
    return textwrap.dedent("".join(lines)).strip()


def _place(error: BaseException | None) -> dict[str, Any]:
    """Where in the candidate's own files the code raised; empty and None if nowhere."""
    frame = own_frame(error.__traceback__ if error else None)
    return {"file": Path(frame.filename).name if frame else "", "line": frame.lineno if frame else None}


class Printed(io.TextIOBase):
    """Keeps the beginning of what a case prints; the code under test may print without end."""

    MOST = 2_000

    def __init__(self) -> None:
        self._kept = ""
        self._more = 0

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        room = self.MOST - len(self._kept)
        self._kept += text[:room]
        self._more += max(0, len(text) - room)
        return len(text)

    def text(self) -> str:
        return self._kept + (f"\n[{self._more} more characters]" if self._more else "")
