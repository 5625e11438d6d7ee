"""A pair whose every forward pass is timed, on the side that holds the weights."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from harness.wall.clocked import LONG, Passes, Role
from pairs.context import Context, Model, Rows
from pairs.pair import ModelPair


@dataclass(slots=True)
class Stopwatch:
    """Seconds inside the models since it was read last."""

    seconds: dict[tuple[Role, int], list[float]] = field(default_factory=dict[tuple[Role, int], list[float]])

    def add(self, model: Role, fed: int, seconds: float) -> None:
        self.seconds.setdefault((model, min(fed, LONG)), []).append(seconds)

    def read(self) -> tuple[Passes, ...]:
        """What was added; begins anew."""
        seen, self.seconds = self.seconds, {}
        return tuple(
            Passes(model=model, fed=fed, count=len(each), seconds=sum(each))
            for (model, fed), each in sorted(seen.items())
        )


@dataclass(frozen=True, slots=True)
class TimedModel:
    model: Model
    role: Role
    watch: Stopwatch

    @property
    def vocab_size(self) -> int:
        return self.model.vocab_size

    @property
    def max_positions(self) -> int:
        return self.model.max_positions

    def open(self) -> Context:
        return TimedContext(self.model.open(), self)


@dataclass(frozen=True, slots=True)
class TimedContext:
    context: Context
    of: TimedModel

    @property
    def length(self) -> int:
        return self.context.length

    def extend(self, tokens: Sequence[int]) -> Rows:
        began = time.perf_counter()
        rows = self.context.extend(tokens)
        self.of.watch.add(self.of.role, len(tokens), time.perf_counter() - began)
        return rows

    def crop(self, length: int) -> None:
        self.context.crop(length)

    def fork(self, length: int) -> Context:
        return TimedContext(self.context.fork(length), self.of)


@dataclass(frozen=True, slots=True)
class TimedPair:
    """Implements `pairs.context.ModelPair`."""

    name: str
    vocab_size: int
    eos_token_id: int | None
    target: Model
    draft: Model


def timed(pair: ModelPair, watch: Stopwatch) -> TimedPair:
    return TimedPair(
        pair.name,
        pair.vocab_size,
        pair.eos_token_id,
        TimedModel(pair.target, "target", watch),
        TimedModel(pair.draft, "draft", watch),
    )
