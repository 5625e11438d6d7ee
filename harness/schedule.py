"""Which trial comes next, and when more trials can tell nothing. Pure: it runs none.

The contract's trials come first and alone. If they settle that it is broken, nothing else is worth running.
After that every check has its turn, a trial a turn, so that a gross bug shows early whichever check finds it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from harness.core.check import Budget, Check
from harness.core.trial import Ended, Trial, TrialRun

EQUAL_FAILURES = 10
EQUAL_TIMEOUTS = 2
"""So many failures in a row with the same words, and it is the same bug each time; a timeout costs most."""
FIRST_LOOK = 3
LOOKS_GROW = 1.25
"""Looks at a check's own runs come at growing distances: judging costs time that grows with the runs."""


@dataclass(slots=True)
class _Queue:
    """What one check still wants to see, and what it has seen."""

    check: Check
    waiting: list[Trial]
    runs: list[TrialRun] = field(default_factory=list[TrialRun])
    next_look: float = FIRST_LOOK
    given: int = 0
    """Trials handed out; those that are not in ``runs`` yet are being played."""
    passed: bool = False
    """Only of the contract: its trials are over, and others may follow."""

    @property
    def in_flight(self) -> bool:
        return self.given > len(self.runs)

    def take(self, runs: Sequence[TrialRun]) -> Trial | None:
        """The next trial; none when all were played or more could not change the verdict.

        The check looks at ``runs``, those of every check, as it will for its verdict: what it worked out
        for a look serves for the verdict too.
        """
        if len(self.runs) >= self.next_look and self.waiting:
            self.next_look = len(self.runs) * LOOKS_GROW
            if self.check.settled(runs):
                self.waiting.clear()
        if not self.waiting:
            return None
        self.given += 1
        return self.waiting.pop()


class Schedule:
    """Hands out trials one by one. Fixed by the checks, the budget and the seed, up to early ends."""

    def __init__(self, checks: Sequence[Check], budget: Budget, seed: int) -> None:
        self._queues = [
            # Each check has a source of randomness of its own: a new check leaves the others' trials alone.
            _Queue(check, list(check.trials(budget, Random(f"{seed}/{check.name}")))[::-1])
            for check in checks
        ]
        self._total = sum(len(queue.waiting) for queue in self._queues)
        self._asking = {queue.check.name for queue in self._queues if queue.waiting}
        self._runs: list[TrialRun] = []
        self._turn = 0
        self.stopped = ""
        """Why trials were left out, in words; empty when none was, or only settled ones."""

    @property
    def total(self) -> int:
        """Trials wanted at the start."""
        return self._total

    @property
    def runs(self) -> Sequence[TrialRun]:
        """Every run so far, in order."""
        return self._runs

    def left_out(self, check: Check) -> bool:
        """Whether trials were left out, and with them all that this check could judge by.

        A check that asks for no trials reads those of others: it has something as soon as one returned.
        """
        if not self.stopped:
            return False
        if check.name in self._asking:
            return all(run.trial.purpose != check.name for run in self._runs)
        return all(run.ended is not Ended.RETURNED for run in self._runs)

    def stop(self, why: str) -> None:
        """Leave out every trial that is left."""
        self.stopped = why

    def next(self) -> Trial | None:
        """The next trial to play.

        None when it is time for the verdicts, or while the contract's last trials are being played: ask
        again once they are recorded.
        """
        if self.stopped:
            return None
        for gate in (queue for queue in self._queues if queue.check.name == "contract"):
            if (trial := gate.take(self._runs)) is not None:
                return trial
            if gate.in_flight:
                return None
            if not gate.passed and gate.check.settled(self._runs):
                self.stopped = "every trial of the contract check failed"
                return None
            gate.passed = True
        return self._next_in_turn()

    def record(self, run: TrialRun) -> None:
        """Take note of what came back for a trial that `next` gave; in the order that it gave them."""
        self._runs.append(run)
        for queue in self._queues:
            if queue.check.name == run.trial.purpose:
                queue.runs.append(run)
        last = self._runs[-1]
        enough = EQUAL_TIMEOUTS if last.ended is Ended.TIMED_OUT else EQUAL_FAILURES
        recent = self._runs[-enough:]
        if len(recent) == enough and all(
            other.ended is last.ended is not Ended.RETURNED and other.note == last.note for other in recent
        ):
            self.stopped = f"{enough} trials in a row failed alike"

    def _next_in_turn(self) -> Trial | None:
        for _ in self._queues:
            queue = self._queues[self._turn % len(self._queues)]
            self._turn += 1
            if (trial := queue.take(self._runs)) is not None:
                return trial
        return None
