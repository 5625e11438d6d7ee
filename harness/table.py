"""A scorecard as text for a terminal. Pure; hostile words in it were made printable before they got here."""

from __future__ import annotations

from collections.abc import Iterator

from wire.scorecard import Measurement, Scorecard, Status, Verdict, WallTime

INDENT = " " * 22
MARKS = {
    Status.PASS: "pass",
    Status.FAIL: "FAIL",
    Status.INCONCLUSIVE: "unsure",
    Status.NOT_RUN: "-",
}


def table(scorecard: Scorecard) -> str:
    """Every verdict with its figures, then the suggested score with its reasons."""
    return "\n".join(_lines(scorecard))


def _lines(scorecard: Scorecard) -> Iterator[str]:
    yield f"{scorecard.challenge} (version {scorecard.challenge_version}), {scorecard.budget} budget"
    yield f"submission {scorecard.submission.sha256[:16]}, seed {scorecard.seed}, runtime {scorecard.runtime}"
    yield ""
    for verdict in scorecard.verdicts:
        yield from _verdict_lines(verdict)
    if scorecard.wall_time is not None:
        yield from _wall_time_lines(scorecard.wall_time)
    yield ""
    yield f"suggested {scorecard.score.axis} score: {scorecard.score.suggested} of 5"
    yield from (f"  - {reason}" for reason in scorecard.score.because)
    yield f"judged in {scorecard.wall_s:.1f} s"


def _verdict_lines(verdict: Verdict) -> Iterator[str]:
    yield f"{MARKS[verdict.status]:>6}  {verdict.check:<13} {verdict.summary}"
    for line in verdict.diagnosis.splitlines():
        yield INDENT + line
    for measurement in verdict.measurements:
        yield INDENT + _figure(measurement)


def _wall_time_lines(wall: WallTime) -> Iterator[str]:
    yield f"{'info':>6}  {'wall time':<13} {wall.summary}"
    for line in wall.explanation.splitlines():
        yield INDENT + line
    for measurement in wall.measurements:
        yield INDENT + _figure(measurement)


def _figure(measurement: Measurement) -> str:
    figure = f"{measurement.name}: {measurement.value:.4g}"
    if measurement.unit:
        figure += f" {measurement.unit}"
    if measurement.low == measurement.high:
        return figure
    return f"{figure} ({measurement.low:.4g} to {measurement.high:.4g}, n = {measurement.n})"
