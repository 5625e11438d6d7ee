"""What a check is: one question about a submission.

A check never runs the submission. It says which trials it wants, and later judges what came back;
so checks share trials, and each is tested with made-up runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Literal, Protocol

from harness.core.trial import Trial, TrialRun
from wire.scorecard import CheckName, Verdict

Budget = Literal["quick", "full"]


class Check(Protocol):
    @property
    def name(self) -> CheckName: ...

    def trials(self, budget: Budget, rng: Random) -> Sequence[Trial]:
        """All trials of its own, fixed before any is run. May be empty: it then reads others' runs."""
        ...

    def settled(self, runs: Sequence[TrialRun]) -> bool:
        """Whether more of its own trials could not change the verdict (a certain failure).

        Only a check whose error rate survives peeking may ever say True.
        """
        ...

    def judge(self, runs: Sequence[TrialRun]) -> Verdict:
        """Pure. ``runs`` is every run of the submission so far, of every purpose, in order."""
        ...
