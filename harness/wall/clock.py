"""A pair whose every forward pass is timed, on the side that holds the weights."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from harness.wall.clocked import LONG, Passes, Role
from pairs.context import Context, Model, Rows
from pairs.pair import ModelPair
from pairs.wrapped import Wrapped, WrappedPair


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


def timed(pair: ModelPair, watch: Stopwatch) -> ModelPair:
    """The same pair, its passes added to ``watch``."""

    def model_of(role: Role, model: Model) -> Model:
        def extend(context: Context, tokens: Sequence[int]) -> Rows:
            began = time.perf_counter()
            rows = context.extend(tokens)
            watch.add(role, len(tokens), time.perf_counter() - began)
            return rows

        return Wrapped(model, extend)

    return WrappedPair(
        pair.name,
        pair.vocab_size,
        pair.eos_token_id,
        model_of("target", pair.target),
        model_of("draft", pair.draft),
    )
