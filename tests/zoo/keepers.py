"""Judges many specimens at once: worker processes, each with a warm runtime and a temporary folder of its own."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import tempfile
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import replace
from multiprocessing.util import Finalize
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import harness.judge
from harness.core.check import Budget
from isolation.choose import choose
from isolation.contract import Runtime
from tests.zoo.run import Outcome, judged
from tests.zoo.standing import Standing, adopt_orphans
from tests.zoo.warm import WarmRuntime
from tests.zoo.zoo import Specimen

RuntimeName = Literal["warm", "none", "embedded", "docker"]

NO_HURRY_S = 600.0
"""A judgement is cut short when its time is up. Here many run at once, and none may differ for that."""


class Keepers:
    """Use as a context manager; leaving it ends the workers and all that they started."""

    def __init__(self, jobs: int, runtime: RuntimeName = "warm") -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="zoo-"))
        # A jail's user must get through to what is shown to it.
        self._folder.chmod(0o755)
        self._pool = ProcessPoolExecutor(
            jobs,
            # Not forked: the workers must not hold what pytest holds.
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_begin,
            initargs=(str(self._folder), runtime),
        )

    def judge(self, specimen: Specimen, *, seed: int, budget: Budget) -> Future[Outcome]:
        return self._pool.submit(_judge, specimen, seed, budget)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(cancel_futures=True)
        shutil.rmtree(self._folder, ignore_errors=True)


_runtimes: dict[str, Runtime] = {}
"""Of this worker."""


def _begin(folder: str, name: RuntimeName) -> None:
    own = tempfile.mkdtemp(prefix="", dir=folder)
    Path(own).chmod(0o755)
    # Short, since sockets lie in it; for this process and for what it starts.
    os.environ["TMPDIR"] = tempfile.tempdir = own
    adopt_orphans()
    harness.judge.WALL_S = {"quick": NO_HURRY_S, "full": NO_HURRY_S}
    if name == "warm":
        _runtimes["usual"] = warm = WarmRuntime()
        # A worker's end runs no other handlers (`multiprocessing`, not `atexit`).
        Finalize(None, warm.close, exitpriority=1)
    else:
        _runtimes["usual"] = choose(name)


def _judge(specimen: Specimen, seed: int, budget: Budget) -> Outcome:
    if specimen.jailed and "jail" not in _runtimes:
        from isolation.bubblewrap import EmbeddedRuntime

        _runtimes["jail"] = EmbeddedRuntime()
    before = Standing.now()
    outcome = judged(specimen, _runtimes["jail" if specimen.jailed else "usual"], seed=seed, budget=budget)
    return replace(outcome, faults=outcome.faults + before.faults())
