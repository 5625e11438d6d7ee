"""Judge one submission: freeze it, play its trials, ask each check, suggest a score.

The order of things matters: the seed is committed to before the submission is started, and the prompts hang
on the seed alone. A scorecard exists only if the judge itself worked; otherwise something was raised.
"""

from __future__ import annotations

import hashlib
import importlib
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Protocol

import numpy as np

from harness.core.check import Budget, Check
from harness.core.trial import TrialRun
from harness.oracle import codec
from harness.runner import snapshot
from harness.runner.contestant import Contestant, Deadlines
from harness.schedule import Schedule
from isolation.contract import Runtime
from pairs.analytic import Pair
from wire.challenge import load_challenge
from wire.scorecard import Progress, Score, Scorecard, Status, SubmissionRef, Verdict


class Battery(Protocol):
    """Checks, and the pairs that their trials name. `harness.battery` has the real one."""

    @property
    def pairs(self) -> Mapping[str, Pair]: ...

    @property
    def checks(self) -> Sequence[Check]: ...


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
    battery = battery or _own_battery(seed)
    scorer = scorer or _own_scorer(challenge_folder)
    schedule = Schedule(battery.checks, budget, seed)
    with Contestant(files, battery.pairs, runtime, entry=challenge.entry, deadlines=deadlines) as contestant:
        _play(schedule, contestant, on_progress)
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


def _play(schedule: Schedule, contestant: Contestant, on_progress: Callable[[Progress], None]) -> None:
    while (trial := schedule.next()) is not None:
        run = contestant.play(trial)
        schedule.record(run)
        on_progress(
            Progress(check=trial.purpose, done=len(schedule.runs), of=max(schedule.total, 1), note=run.note)
        )


def _verdict(check: Check, schedule: Schedule) -> Verdict:
    """The check's own verdict, unless what it asks for was left out because nothing worked."""
    if schedule.stopped and check.name != "contract" and not _saw_its_own(check, schedule.runs):
        return Verdict(check=check.name, status=Status.NOT_RUN, summary=f"Not run: {schedule.stopped}.")
    return check.judge(schedule.runs)


def _saw_its_own(check: Check, runs: Sequence[TrialRun]) -> bool:
    return any(run.trial.purpose == check.name for run in runs)


def _own_battery(seed: int) -> Battery:
    battery: Battery = importlib.import_module("harness.battery").make_battery(seed)
    return battery


def _own_scorer(challenge_folder: Path) -> Scorer:
    scorer: Scorer = importlib.import_module("harness.scoring").suggest
    return scorer


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
