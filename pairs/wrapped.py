"""A model whose every pass goes by a function: to time it, to note it, to cut it up. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pairs.context import Context, Model, Rows

Through = Callable[[Context, Sequence[int]], Rows]
"""Extends a model's own context by tokens and gives the rows: `Context.extend`, with something around it."""


@dataclass(frozen=True, slots=True)
class Wrapped:
    """Implements `pairs.context.Model`."""

    model: Model
    through: Through

    @property
    def vocab_size(self) -> int:
        return self.model.vocab_size

    @property
    def max_positions(self) -> int:
        return self.model.max_positions

    def open(self) -> Context:
        return _WrappedContext(self.model.open(), self.through)


@dataclass(frozen=True, slots=True)
class _WrappedContext:
    context: Context
    through: Through

    @property
    def length(self) -> int:
        return self.context.length

    def extend(self, tokens: Sequence[int]) -> Rows:
        return self.through(self.context, tokens)

    def crop(self, length: int) -> None:
        self.context.crop(length)

    def fork(self, length: int) -> Context:
        return _WrappedContext(self.context.fork(length), self.through)


@dataclass(frozen=True, slots=True)
class WrappedPair:
    """Implements `pairs.pair.ModelPair`."""

    name: str
    vocab_size: int
    eos_token_id: int | None
    target: Model
    draft: Model
