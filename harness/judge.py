"""Judge one submission: freeze it, play its trials, ask each check, suggest a score.

The order of things matters: the seed is committed to before the submission is started, and the prompts hang
on the seed alone. A scorecard exists only if the judge itself worked; otherwise something was raised.
"""

from __future__ import annotations

import hashlib
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

from harness.battery import Battery, make_battery
from harness.core.check import Budget, Check
from harness.core.trial import TrialRun
from harness.oracle import codec
from harness.play import play
from harness.runner import snapshot
from harness.runner.contestant import Deadlines
from harness.runner.troupe import Troupe
from harness.schedule import Schedule
from harness.scoring import suggest
from harness.settings import thresholds
from isolation.contract import Runtime
from wire.challenge import load_challenge
from wire.scorecard import Progress, Score, Scorecard, Status, SubmissionRef, Verdict

WALL_S: Mapping[Budget, float] = {"quick": 60.0, "full": 90.0}
"""Past it no further trial is started: a report is promised within two minutes, on a busy host too. The law's
error rate holds at any stopping time, and each verdict says on how much it rests."""

Scorer = Callable[[Sequence[Verdict]], Score]


def judge(
    files: Mapping[str, str],
    *,
    challenge_folder: Path,
    seed: int,
    budget: Budget,
    runtime: Runtime,
    on_progress: Callable[[Progress], None],
    battery: Battery | None = None,
    scorer: Scorer | None = None,
    deadlines: Deadlines | None = None,
) -> Scorecard:
    """What the judge says about these files.

    ``battery`` and ``scorer`` are the product's own unless a test hands in others.

    Raises:
        BadSnapshot: the files cannot be a submission.
        BadChallenge: the challenge's folder cannot be used.
        RuntimeFault: our machinery failed.
    """
    began = time.monotonic()
    challenge = load_challenge(challenge_folder)
    snapshot.check(files, challenge.entry)
    commitment = hashlib.sha256(str(seed).encode()).hexdigest()
    battery = battery or make_battery(seed)
    scorer = scorer or partial(suggest, thresholds=thresholds(challenge_folder))
    schedule = Schedule(battery.checks, budget, seed)
    with Troupe(files, battery.pairs, runtime, entry=challenge.entry, deadlines=deadlines) as troupe:
        play(
            schedule,
            troupe,
            on_run=lambda run: on_progress(_progress(schedule, run)),
            out_of_time=lambda: time.monotonic() > began + WALL_S[budget],
        )
    verdicts = tuple(_verdict(check, schedule) for check in battery.checks)
    return Scorecard(
        submission=SubmissionRef(sha256=snapshot.sha256(files), files=tuple(sorted(files))),
        challenge=challenge.slug,
        challenge_version=challenge.version,
        seed=seed,
        seed_commitment=commitment,
        budget=budget,
        runtime=runtime.name,
        versions=_versions(),
        verdicts=verdicts,
        score=scorer(verdicts),
        wall_s=time.monotonic() - began,
    )


def _progress(schedule: Schedule, run: TrialRun) -> Progress:
    return Progress(
        check=run.trial.purpose, done=len(schedule.runs), of=max(schedule.total, 1), note=run.note
    )


def _verdict(check: Check, schedule: Schedule) -> Verdict:
    """The check's own verdict, unless what it asks for was left out because nothing worked."""
    if schedule.stopped and check.name != "contract" and not _saw_its_own(check, schedule.runs):
        return Verdict(check=check.name, status=Status.NOT_RUN, summary=f"Not run: {schedule.stopped}.")
    return check.judge(schedule.runs)


def _saw_its_own(check: Check, runs: Sequence[TrialRun]) -> bool:
    return any(run.trial.purpose == check.name for run in runs)


def _versions() -> dict[str, str]:
    """What a second run must match to give the same scorecard."""
    try:
        ours = version("probe")
    except PackageNotFoundError:
        ours = "source"
    return {
        "probe": ours,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "wire": str(codec.VERSION),
    }
