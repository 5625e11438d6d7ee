"""Work a scorecard out again from the record of its judgement: no submission, no torch, no jail. Pure.

The seed gives the battery and the schedule; the record gives the runs. They go through the loop that a live
judgement goes through, which settles that no trial was left out, added, repeated or moved. Then every verdict
and the score are made anew and compared to the last digit.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from harness import versions
from harness.battery import Battery, make_battery
from harness.core.trial import Trial, TrialRun
from harness.judge import PRICES, WALL_S, Scorer, assemble, conclude
from harness.oracle.ledger import illegality
from harness.play import play
from harness.record import Head, Record, decode, sha256
from harness.runner import snapshot
from harness.schedule import Schedule
from harness.scoring import suggest
from harness.wall.clocked import WallRecord
from harness.wall.report import report
from harness.wall.statistics import precise
from pairs.analytic import Pair
from pairs.prices import COMPUTE_BOUND, MEMORY_BOUND, total_price
from wire.base import Wire
from wire.scorecard import Scorecard, Thresholds, Verdict, WallTime

ROUNDING = 1e-9
"""Of a figure: what numpy's sums may differ by on another processor. Where numpy and the processor are those
of the judgement, every digit must be the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at."""

    about: str
    problem: str = ""
    """What does not fit, in printable words; empty when all does."""
    detail: str = ""
    """On what it rests, where it fits."""

    @property
    def fits(self) -> bool:
        return not self.problem


class _Mismatch(Exception):
    """A recorded run cannot be the next one of this judgement."""

    def __init__(self, about: str, problem: str) -> None:
        super().__init__(problem)
        self.finding = Finding(about=about, problem=problem)


def verify(
    scorecard: Scorecard,
    data: bytes,
    *,
    thresholds: Thresholds | None = None,
    battery: Battery | None = None,
    scorer: Scorer | None = None,
) -> Iterator[Finding]:
    """What fits and what does not, in the order of looking; ends early where the rest would mean nothing.

    ``data`` is the record's canonical bytes. ``thresholds`` are the challenge's, where they are known.
    ``battery`` and ``scorer`` are those that `harness.judge.judge` was given.

    Raises:
        BadRecord: the bytes are no record.
    """
    record = decode(data)
    head = record.head
    yield _hash(scorecard, data)
    yield _beginning(scorecard, head, data)
    yield _terms(head, thresholds)
    yield _versions(head)

    battery = battery or make_battery(head.seed)
    schedule = Schedule(battery.checks, head.budget, head.seed)
    replay = _Replay(record.runs, battery.pairs)
    played = _played(schedule, replay, head)
    yield played
    if not played.fits:
        return
    yield _ledgers(record)
    slack = 0.0 if _same_arithmetic(head) else ROUNDING
    verdicts = conclude(battery, schedule)
    yield from _verdicts(scorecard.verdicts, verdicts, slack)
    scorer = scorer or partial(suggest, thresholds=head.thresholds)
    yield _same("score", scorecard.score, scorer(verdicts), f"{scorecard.score.suggested} of 5", slack)
    if record.wall is not None or scorecard.wall_time is not None:
        yield _wall_time(scorecard.wall_time, record.wall, slack)


def same_files(scorecard: Scorecard, files: Mapping[str, str]) -> Finding:
    """Whether these files are the submission that the scorecard speaks of."""
    ours, theirs = snapshot.sha256(files), scorecard.submission.sha256
    problem = "" if ours == theirs else f"expected files of sha256 {theirs}, got {ours}"
    return Finding(about="submission", problem=problem, detail=f"these files were judged ({ours[:16]}...)")


class _Replay:
    """A `harness.play.Player` that knows the runs already.

    It insists on their trials, and lets no run through to the checks that no session could have made.
    """

    def __init__(self, runs: Sequence[TrialRun], pairs: Mapping[str, Pair]) -> None:
        self._runs, self._pairs = runs, pairs
        self._begun = self._finished = 0

    @property
    def busy(self) -> int:
        return self._begun - self._finished

    @property
    def left(self) -> int:
        """Runs that no trial was asked for."""
        return len(self._runs) - self._begun

    def begin(self, trial: Trial) -> None:
        """Raises _Mismatch."""
        if not self.left:
            goes_on = f"run {self._begun + 1} is missing: the schedule goes on with {_named(trial)}"
            raise _Mismatch("runs", goes_on)
        run = self._runs[self._begun]
        if run.trial != trial:
            raise _Mismatch("runs", self._other_trial(trial, run.trial))
        self._begun += 1
        if words := illegality(run, self._pairs[trial.pair]):
            raise _Mismatch("ledgers", f"run {self._begun} ({_named(trial)}) cannot be: {words}")

    def finish(self) -> TrialRun:
        self._finished += 1
        return self._runs[self._finished - 1]

    def _other_trial(self, wanted: Trial, recorded: Trial) -> str:
        found = [n for n, run in enumerate(self._runs, start=1) if run.trial == wanted]
        where = f"is run {found[0]} in the record" if found else "is not in the record"
        field, expected, got = next(
            (name, getattr(wanted, name), getattr(recorded, name))
            for name in Trial.__dataclass_fields__
            if getattr(wanted, name) != getattr(recorded, name)
        )
        return (
            f"run {self._begun + 1} is of another trial than the schedule gives there: {_named(wanted)}, "
            f"which {where}. First difference: {field}, expected {_shown(expected)}, got {_shown(got)}"
        )


def _hash(scorecard: Scorecard, data: bytes) -> Finding:
    ours, theirs = sha256(data), scorecard.record_sha256
    problem = "" if ours == theirs else f"expected sha256 {theirs or 'none'}, got {ours}"
    return Finding(
        about="record", problem=problem, detail=f"sha256 {ours[:16]}... is the one in the scorecard"
    )


def _beginning(scorecard: Scorecard, head: Head, data: bytes) -> Finding:
    """All of the scorecard that is copied from the record, with the commitment worked out again."""
    again = assemble(head, sha256(data), scorecard.verdicts, scorecard.score, scorecard.wall_time)
    kept = scorecard.model_copy(update={"record_sha256": again.record_sha256})
    return _same(
        "what was judged", kept, again, f"{head.submission.sha256[:16]}..., seed {head.seed} as committed"
    )


def _terms(head: Head, thresholds: Thresholds | None) -> Finding:
    lists = " and ".join(prices.name for prices in PRICES)
    if head.prices != PRICES:
        return Finding(about="terms", problem=f"the price lists are not those of this code ({lists})")
    if thresholds is None:
        return Finding(
            about="terms", detail=f"price lists {lists}; the challenge's thresholds were not at hand"
        )
    return _same("terms", head.thresholds, thresholds, f"price lists {lists}; the challenge's thresholds")


def _versions(head: Head) -> Finding:
    """Another version is no mismatch: whether it matters, the verdicts will tell."""
    ours = versions.here()
    other = [
        f"{name} {_shown(head.versions.get(name, 'unknown'))}, here {_shown(ours[name])}"
        for name in ours
        if head.versions.get(name) != ours[name]
    ]
    return Finding(
        about="versions", detail="; ".join(other) or "the same code, Python, numpy and processor here"
    )


def _same_arithmetic(head: Head) -> bool:
    ours = versions.here()
    return all(head.versions.get(name) == ours[name] for name in ("numpy", "processor"))


def _played(schedule: Schedule, replay: _Replay, head: Head) -> Finding:
    def out_of_time() -> bool:
        return head.cut_after is not None and len(schedule.runs) >= head.cut_after

    try:
        cut_after = play(schedule, replay, on_run=lambda run: None, out_of_time=out_of_time)
    except _Mismatch as mismatch:
        return mismatch.finding
    problem = ""
    if replay.left:
        problem = f"the schedule ends after {len(schedule.runs)} runs, the record has {replay.left} more"
    elif cut_after != head.cut_after:
        problem = f"expected no time left after run {head.cut_after}; the trials were over before"
    elif schedule.stopped != head.stopped:
        problem = f"expected the end {_shown(head.stopped)}, got {_shown(schedule.stopped)}"
    elif cut_after is not None and head.wall_s < WALL_S[head.budget]:
        problem = (
            f"expected an end by the clock after {WALL_S[head.budget]:g} s, got one after {head.wall_s:g} s"
        )
    why = (
        f"; left out: {schedule.total - len(schedule.runs)} ({schedule.stopped})" if schedule.stopped else ""
    )
    return Finding(
        about="runs",
        problem=problem,
        detail=f"all {len(schedule.runs)} are the schedule's, in its order{why}",
    )


def _ledgers(record: Record) -> Finding:
    """Each was held against the rules when its run was taken; here is what they add up to."""
    calls = [call for run in record.runs for call in run.calls]
    rows = sum(call.fed for call in calls)
    times = " and ".join(
        f"{total_price(calls, prices) / 1e6:.1f} ({prices.name})" for prices in (MEMORY_BOUND, COMPUTE_BOUND)
    )
    return Finding(
        about="ledgers",
        detail=f"{len(calls)} calls for {rows} rows, each from a cache that there was; virtual time {times}",
    )


def _wall_time(expected: WallTime | None, wall: WallRecord | None, slack: float) -> Finding:
    """Times are the record's word; what is said of them has to follow from them."""
    if expected is None or wall is None:
        where = "record" if expected is None else "scorecard"
        return Finding(about="wall time", problem=f"only the {where} has it")
    if wall.stopped == "precise" and not precise([turn.ratio for turn in wall.turns if turn.usable]):
        return Finding(about="wall time", problem="the record says that it was precise, and it is not")
    return _same("wall time", expected, report(wall), f"{len(wall.turns)} turns as recorded", slack)


def _verdicts(expected: Sequence[Verdict], got: Sequence[Verdict], slack: float) -> Iterator[Finding]:
    names = [verdict.check for verdict in expected], [verdict.check for verdict in got]
    if names[0] != names[1]:
        yield Finding(about="verdicts", problem=f"expected those on {names[0]}, got {names[1]}")
        return
    for one, other in zip(expected, got, strict=True):
        yield _same(f"verdict {one.check}", one, other, one.status, slack)


def _same(about: str, expected: Wire, got: Wire, detail: str, slack: float = 0.0) -> Finding:
    """Compared as JSON text, in which two floats are alike when all their digits are."""
    one, other = expected.model_dump(mode="json"), got.model_dump(mode="json")
    problem = _difference(one, other, slack)
    if not problem and _difference(one, other, 0.0):
        detail += f" (figures alike to {slack:g}: another numpy or processor worked them out)"
    return Finding(about=about, problem=problem, detail=detail)


def _difference(expected: object, got: object, slack: float, at: str = "") -> str:
    """The first place where two JSON values differ, and how; empty when they do not."""
    within: list[tuple[str, tuple[object, object]]] = []
    if isinstance(expected, dict) and isinstance(got, dict) and expected.keys() == got.keys():
        within = [(f"{at}.{key}", (expected[key], got[key])) for key in expected]
    elif isinstance(expected, list) and isinstance(got, list) and len(expected) == len(got):
        within = [(f"{at}[{n}]", both) for n, both in enumerate(zip(expected, got, strict=True))]
    elif json.dumps(expected) != json.dumps(got) and not _near(expected, got, slack):
        return f"{at.removeprefix('.')} differs: expected {_shown(expected)}, got {_shown(got)}"
    return next((found for name, (a, b) in within if (found := _difference(a, b, slack, name))), "")


def _near(one: object, other: object, slack: float) -> bool:
    if not slack or not isinstance(one, float) or not isinstance(other, float):
        return False
    return math.isclose(one, other, rel_tol=slack, abs_tol=slack)


def _named(trial: Trial) -> str:
    return f"{trial.purpose} on {trial.pair}, seed {trial.seed}"


def _shown(value: object) -> str:
    """Printable and short: it may come from a file that somebody made."""
    text = json.dumps(value)
    return text if len(text) <= 120 else f"{text[:100]}... ({len(text)} characters)"
