"""What `bench/batch_pressure.py` found and the what-if page draws: where speculation stops paying. Pure."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from wire.base import Wire

MOST_BATCHES = 32
MOST_CURVES = 32

Name = Annotated[str, StringConstraints(min_length=1, max_length=40)]
Words = Annotated[str, StringConstraints(min_length=1, max_length=300)]
Ratio = Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False)]
Rate = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Batch = Annotated[int, Field(ge=1, le=4096)]


class Curve(Wire):
    """One number of draft tokens over all batches."""

    gamma: int = Field(ge=1, le=64)
    tokens_per_round: float = Field(ge=1, le=65, allow_inf_nan=False)
    """New tokens of one sequence, for one target call."""
    speedup: tuple[Ratio, ...]
    """Over plain decoding of the same batch."""
    tokens_per_s: tuple[Rate, ...]
    """Of all sequences together; empty where time is a price."""


class Pressure(Wire):
    """One pair on one machine, or at one price list."""

    kind: Literal["measured", "priced"]
    name: Name
    """For a list to choose from."""
    what: Words
    """What was measured and on what, for people."""
    context: int = Field(ge=1)
    """Positions that each sequence has in its cache."""
    batches: Annotated[tuple[Batch, ...], Field(min_length=1, max_length=MOST_BATCHES)]
    plain_tokens_per_s: tuple[Rate, ...]
    curves: Annotated[tuple[Curve, ...], Field(min_length=1, max_length=MOST_CURVES)]

    @model_validator(mode="after")
    def _as_long_as_the_batches(self) -> Pressure:
        timed = len(self.batches) if self.kind == "measured" else 0
        columns = [(self.plain_tokens_per_s, timed)]
        columns += [(curve.speedup, len(self.batches)) for curve in self.curves]
        columns += [(curve.tokens_per_s, timed) for curve in self.curves]
        if any(len(values) != wanted for values, wanted in columns):
            raise ValueError("a curve must have one value for each batch")
        return self


class BatchPressure(Wire):
    version: Literal[1]
    results: Annotated[tuple[Pressure, ...], Field(min_length=1, max_length=8)]
