"""Judge one submission: freeze it, play its trials, ask each check, suggest a score.

The order of things matters: the seed is committed to before the submission is started, and the prompts hang
on the seed alone. A scorecard exists only if the judge itself worked; otherwise something was raised.
"""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path

from harness import versions
from harness.battery import Battery, make_battery
from harness.core.check import Budget, Check
from harness.core.trial import TrialRun
from harness.play import OUT_OF_TIME, play
from harness.record import Head, Record, encode, sha256
from harness.runner import snapshot
from harness.runner.contestant import Deadlines
from harness.runner.troupe import Troupe
from harness.schedule import Schedule
from harness.scoring import suggest
from harness.settings import thresholds
from harness.wall.clocked import WallRecord
from harness.wall.play import RealPair, measure, nothing_timed
from harness.wall.report import report
from isolation.contract import Runtime, RuntimeFault
from pairs.prices import COMPUTE_BOUND, MEMORY_BOUND
from wire.challenge import load_challenge
from wire.scorecard import Prices, Progress, Score, Scorecard, Status, SubmissionRef, Verdict, WallTime

WALL_S: Mapping[Budget, float] = {"quick": 60.0, "full": 90.0}
"""Past it no further trial is started: a report is promised within two minutes, on a busy host too. The law's
error rate holds at any stopping time, and each verdict says on how much it rests."""

TIMING_S = 30.0
"""Seconds for wall time on a real pair, once the trials are over."""
TIMED_BY_S = 90.0
"""Since the judgement began, when its last turn may begin: the report's two minutes hold with it too."""
LEAST_TIMING_S = 12.0
"""With less left nothing could be measured, so nothing is begun."""

PRICES = tuple(Prices(**asdict(prices)) for prices in (MEMORY_BOUND, COMPUTE_BOUND))
"""Those that economy, cache and speed charge by."""

Scorer = Callable[[Sequence[Verdict]], Score]


def judge(
    files: Mapping[str, str],
    *,
    challenge_folder: Path,
    seed: int,
    budget: Budget,
    runtime: Runtime,
    on_progress: Callable[[Progress], None],
    on_record: Callable[[bytes], None] | None = None,
    battery: Battery | None = None,
    scorer: Scorer | None = None,
    deadlines: Deadlines | None = None,
    real: RealPair | None = None,
) -> Scorecard:
    """What the judge says about these files.

    ``on_record`` is given the record's canonical bytes (`harness.record`), from which `harness.verify` works
    the scorecard out again. ``battery`` and ``scorer`` are the product's own unless a test hands in others.
    On ``real``, where it is given, wall time is measured: information beside the verdicts.

    Raises:
        BadSnapshot: the files cannot be a submission.
        BadChallenge: the challenge's folder cannot be used.
        RuntimeFault: our machinery failed.
    """
    began = time.monotonic()
    challenge = load_challenge(challenge_folder)
    snapshot.check(files, challenge.entry)
    battery = battery or make_battery(seed)
    limits = thresholds(challenge_folder)
    scorer = scorer or partial(suggest, thresholds=limits)
    schedule = Schedule(battery.checks, budget, seed)
    with Troupe(files, battery.pairs, runtime, entry=challenge.entry, deadlines=deadlines) as troupe:
        cut_after = play(
            schedule,
            troupe,
            on_run=lambda run: on_progress(_progress(schedule, run)),
            out_of_time=lambda: time.monotonic() > began + WALL_S[budget],
        )
    verdicts = conclude(battery, schedule)
    wall = None
    if real is not None and schedule.stopped in ("", OUT_OF_TIME):
        on_progress(Progress(check="wall time", done=len(schedule.runs), of=max(schedule.total, 1)))
        wall = _timed(files, real, runtime, challenge.entry, seed, began)
    head = Head(
        submission=SubmissionRef(sha256=snapshot.sha256(files), files=tuple(sorted(files))),
        challenge=challenge.slug,
        challenge_version=challenge.version,
        seed=seed,
        budget=budget,
        runtime=runtime.name,
        versions=versions.here() | versions.of_contestant(runtime.name),
        thresholds=limits,
        prices=PRICES,
        stopped=schedule.stopped,
        cut_after=cut_after,
        wall_s=time.monotonic() - began,
        runs=len(schedule.runs),
    )
    data = encode(Record(head=head, runs=tuple(schedule.runs), wall=wall))
    if on_record is not None:
        on_record(data)
    return assemble(head, sha256(data), verdicts, scorer(verdicts), report(wall) if wall else None)


def _timed(
    files: Mapping[str, str], real: RealPair, runtime: Runtime, entry: str, seed: int, began: float
) -> WallRecord | None:
    """None where our machinery failed: information must not cost anybody a verdict."""
    now = time.monotonic()
    until = min(now + TIMING_S, began + TIMED_BY_S)
    if until < now + LEAST_TIMING_S:
        return nothing_timed(real)
    with contextlib.suppress(RuntimeFault):
        return measure(files, real, runtime, entry=entry, seed=seed, until=until)
    return None


def conclude(battery: Battery, schedule: Schedule) -> tuple[Verdict, ...]:
    """Every check's verdict on what was played."""
    return tuple(_verdict(check, schedule) for check in battery.checks)


def assemble(
    head: Head,
    record_sha256: str,
    verdicts: Sequence[Verdict],
    score: Score,
    wall_time: WallTime | None = None,
) -> Scorecard:
    """The scorecard of a judgement: what its record begins with, and what was concluded from its runs."""
    return Scorecard(
        submission=head.submission,
        challenge=head.challenge,
        challenge_version=head.challenge_version,
        seed=head.seed,
        seed_commitment=hashlib.sha256(str(head.seed).encode()).hexdigest(),
        budget=head.budget,
        runtime=head.runtime,
        versions=head.versions,
        thresholds=head.thresholds,
        prices=head.prices,
        record_sha256=record_sha256,
        verdicts=tuple(verdicts),
        score=score,
        wall_time=wall_time,
        wall_s=head.wall_s,
    )


def _progress(schedule: Schedule, run: TrialRun) -> Progress:
    return Progress(
        check=run.trial.purpose, done=len(schedule.runs), of=max(schedule.total, 1), note=run.note
    )


def _verdict(check: Check, schedule: Schedule) -> Verdict:
    """The check's own verdict, unless all that it could judge by was left out."""
    if check.name != "contract" and schedule.left_out(check):
        return Verdict(check=check.name, status=Status.NOT_RUN, summary=f"Not run: {schedule.stopped}.")
    return check.judge(schedule.runs)
