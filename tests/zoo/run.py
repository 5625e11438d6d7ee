"""One specimen through the whole judge, and what came of it against what its header asks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from harness.cli import DEFAULT_CHALLENGE
from harness.core.check import Budget
from harness.core.diagnosis import TABLE
from harness.judge import judge
from isolation.contract import Runtime
from tests.zoo.zoo import Specimen
from wire.scorecard import Scorecard, Status

COSTS_ONLY = frozenset({"economy", "cache", "speed"})
"""Checks that right and slow code may fail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    name: str
    kind: str
    caught_by: str | None
    failed: tuple[str, ...]
    """Checks that failed, in the battery's order."""
    diagnosis: str | None
    named: str | None
    """The bug that the law check named; the last word is "?" where it was not sure. None for no name."""
    explained: bool
    """The diagnosis of the header is among the names that were given; True where it asks for none."""
    tokens_until_caught: int | None
    """Sampled tokens until the law was rejected."""
    band: int
    wall_s: float

    @property
    def right(self) -> bool:
        if self.caught_by is None:
            return not set(self.failed) - COSTS_ONLY
        return self.caught_by in self.failed and self.explained


def judged(
    specimen: Specimen, runtime: Runtime, *, seed: int, budget: Budget, challenge: Path = DEFAULT_CHALLENGE
) -> Outcome:
    """Raises what `harness.judge.judge` raises."""
    return outcome_of(
        specimen,
        judge(
            specimen.files,
            challenge_folder=challenge,
            seed=seed,
            budget=budget,
            runtime=runtime,
            on_progress=lambda progress: None,
        ),
    )


def outcome_of(specimen: Specimen, card: Scorecard) -> Outcome:
    figures = {each.name: each.value for verdict in card.verdicts for each in verdict.measurements}
    tokens = figures.get("tokens until rejected")
    words = next((verdict.diagnosis for verdict in card.verdicts if verdict.check == "law"), "")
    return Outcome(
        name=specimen.name,
        kind=specimen.kind,
        caught_by=specimen.caught_by,
        failed=tuple(verdict.check for verdict in card.verdicts if verdict.status is Status.FAIL),
        diagnosis=specimen.diagnosis,
        named=_named(words),
        explained=specimen.diagnosis is None or TABLE[specimen.diagnosis].interviewer in words,
        tokens_until_caught=None if tokens is None else int(tokens),
        band=card.score.suggested,
        wall_s=card.wall_s,
    )


def _named(words: str) -> str | None:
    """The bug whose sentence comes first in the law's diagnosis."""
    starts = ((words.find(bug.interviewer), name) for name, bug in TABLE.items())
    found = sorted((start, name) for start, name in starts if start >= 0)
    if not found:
        return None
    doubtful = words.startswith(("Not sure", "No bug that"))
    return found[0][1] + (" ?" if doubtful else "")
