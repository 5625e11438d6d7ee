"""Checks and runs made up for tests of what surrounds them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from random import Random

from harness.core.check import Budget
from harness.core.trial import Ended, Trial, TrialRun
from tests.harness.conftest import trial
from wire.scorecard import CheckName, Score, Status, Verdict


@dataclass
class CountingCheck:
    """Wants ``wanted`` trials; passes if all returned; settled once ``enough`` of its own did not."""

    name: CheckName
    wanted: int
    enough: int = 1_000
    looks: list[int] = field(default_factory=list[int])

    def trials(self, budget: Budget, rng: Random) -> Sequence[Trial]:
        one = trial(1, 2, 3, purpose=self.name)
        return [replace(one, seed=rng.getrandbits(32)) for _ in range(self.wanted)]

    def settled(self, runs: Sequence[TrialRun]) -> bool:
        own = [run for run in runs if run.trial.purpose == self.name]
        self.looks.append(len(own))
        return sum(run.ended is not Ended.RETURNED for run in own) >= self.enough

    def judge(self, runs: Sequence[TrialRun]) -> Verdict:
        own = [run for run in runs if run.trial.purpose == self.name]
        failed = [run for run in own if run.ended is not Ended.RETURNED]
        status = Status.FAIL if failed else Status.PASS
        return Verdict(
            check=self.name, status=status, summary=failed[0].note if failed else f"{len(own)} runs"
        )


def score(verdicts: Sequence[Verdict]) -> Score:
    passed = sum(verdict.status is Status.PASS for verdict in verdicts)
    return Score(axis="research", suggested=min(passed, 5), because=(f"{passed} passed",))
