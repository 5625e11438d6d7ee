"""What the judge's clock saw, as it stands in the record. Bounded: a record may come from anybody."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from harness.core.trial import Ended
from wire.base import Wire

MAX_TURNS = 512
LONG = 64
"""Positions from which on forward passes are added up together: a hostile submission may feed any number."""

Seconds = Annotated[float, Field(ge=0)]
Count = Annotated[int, Field(ge=0, lt=1 << 32)]
Stop = Literal["precise", "out of time", "failed"]
Role = Literal["target", "draft"]


class Passes(Wire):
    """All forward passes of one generation that asked one model for equally many rows."""

    model: Role
    fed: int = Field(ge=1, le=LONG)
    """Positions fed by each; `LONG` stands for as many or more."""
    count: int = Field(ge=1, lt=1 << 32)
    seconds: Seconds
    """Of all of them, inside the model."""


class Clocked(Wire):
    """One generation."""

    ended: Ended
    tokens: Count
    """New ones."""
    wall_s: Seconds
    """From the prompt to the end."""
    virtual_time: int = Field(ge=0, lt=1 << 63)
    """Micro-units of `pairs.prices.MEMORY_BOUND` for its calls."""
    passes: tuple[Passes, ...] = Field(max_length=2 * LONG)

    @property
    def usable(self) -> bool:
        return self.ended is Ended.RETURNED and self.tokens > 0 and self.wall_s > 0

    @property
    def inside_s(self) -> float:
        """Inside the models."""
        return sum(each.seconds for each in self.passes)


class Turn(Wire):
    """One prompt, decoded plainly and by the submission, one right after the other."""

    plain: Clocked
    candidate: Clocked

    @property
    def usable(self) -> bool:
        return self.plain.usable and self.candidate.usable

    @property
    def ratio(self) -> float:
        """How many times as fast a token came; only of a turn that is `usable`."""
        return (self.plain.wall_s / self.plain.tokens) / (self.candidate.wall_s / self.candidate.tokens)


class LawOnText(Wire):
    """What the law's bets won on the submission's texts of these turns."""

    tokens: Count
    log10_evidence: float
    """The largest e-value on the way; `harness.core.wealth.threshold` says what rejects."""
    rejected: bool


class WallRecord(Wire):
    """Everything that a `wire.scorecard.WallTime` is worked out from."""

    pair: str = Field(max_length=200)
    weights_sha256: str = Field(default="", pattern=r"^([0-9a-f]{64})?$")
    """Of both models' weights, the target's first; empty where they are no files."""
    vocab_size: int = Field(ge=1, lt=1 << 32)
    num_speculative_tokens: int = Field(ge=0, lt=1 << 16)
    max_new_tokens: int = Field(ge=1, lt=1 << 16)
    temperature: float = Field(ge=0)
    stopped: Stop
    turns: tuple[Turn, ...] = Field(max_length=MAX_TURNS)
    """In order, without the first, in which everything was warmed up."""
    law: LawOnText | None = None
    note: str = Field(default="", max_length=1_000)
    """Of the generation that failed, where one did."""
