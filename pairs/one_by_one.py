"""A model whose rows are bitwise equal however they are asked for, made of one whose are not. Pure.

Where an engine rounds coarsely (bfloat16) or chooses its routines by the shape of a call (a GPU), a row that
is served in a block differs from the one that is scored by. Fed a position at a time, every call has the
same shape, so a row hangs on its prefix alone. Verifying in parallel gains nothing then: it is for the law,
never for the clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pairs.context import Context, Model, Rows, check_fits
from pairs.pair import ModelPair


@dataclass(frozen=True, slots=True)
class OneByOne:
    """Implements `pairs.context.Model`."""

    model: Model

    @property
    def vocab_size(self) -> int:
        return self.model.vocab_size

    @property
    def max_positions(self) -> int:
        return self.model.max_positions

    def open(self) -> Context:
        return OneByOneContext(self.model.open(), self)


@dataclass(frozen=True, slots=True)
class OneByOneContext:
    context: Context
    of: OneByOne

    @property
    def length(self) -> int:
        return self.context.length

    def extend(self, tokens: Sequence[int]) -> Rows:
        check_fits(self.of, self.length, tokens)
        return np.concatenate([self.context.extend([token]) for token in tokens])

    def crop(self, length: int) -> None:
        self.context.crop(length)

    def fork(self, length: int) -> Context:
        return OneByOneContext(self.context.fork(length), self.of)


@dataclass(frozen=True, slots=True)
class OneByOnePair:
    """Implements `pairs.pair.ModelPair`."""

    name: str
    vocab_size: int
    eos_token_id: int | None
    target: Model
    draft: Model


def one_by_one(pair: ModelPair) -> OneByOnePair:
    """The same pair, each of its models fed a position at a time."""
    models = (OneByOne(model) for model in (pair.target, pair.draft))
    return OneByOnePair(pair.name, pair.vocab_size, pair.eos_token_id, *models)
