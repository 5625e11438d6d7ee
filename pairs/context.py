"""A language model for one sequence at a time, whatever stands behind it: analytic, lean, transformers. Pure.

A *context* holds the keys and values of one sequence in one model. Judge, practice kernel and reference
drive every pair through these two protocols, so a cache behaves the same for all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.float32]
"""``(n, V)``: logits, row i the law of the token after input i."""


class Context(Protocol):
    """Keys and values of one sequence in one model. Every method checks before it changes anything."""

    @property
    def length(self) -> int:
        """Positions held."""
        ...

    def extend(self, tokens: Sequence[int]) -> Rows:
        """Append ``tokens``, at least one.

        Returns:
            ``(n, V)`` float32, yours to write to: fresh, C-contiguous, little-endian.

        Raises:
            ValueError: no token, an id outside the vocabulary, or more positions than the model has.
        """
        ...

    def crop(self, length: int) -> None:
        """Keep the first ``length`` positions.

        Raises:
            ValueError: below 0, or more than there are.
        """
        ...

    def fork(self, length: int) -> Context:
        """A copy of the first ``length`` positions, none too, which grows on its own.

        Raises:
            ValueError: below 0, or more than there are.
        """
        ...


class Model(Protocol):
    """Weights, or whatever gives the rows. Its contexts share nothing that one of them could change."""

    @property
    def vocab_size(self) -> int: ...

    @property
    def max_positions(self) -> int:
        """The longest sequence that a context can hold."""
        ...

    def open(self) -> Context:
        """An empty context."""
        ...


def rows_along(model: Model, tokens: Sequence[int]) -> Rows:
    """The law after each token of a finished text, ``(n, V)``: one forward pass, O(V) a token.

    Raises:
        ValueError: as `Context.extend`.
    """
    return model.open().extend(tokens)


def check_fits(model: Model, length: int, tokens: Sequence[int]) -> None:
    """Raises ValueError unless ``tokens`` can follow ``length`` positions; the text says what to do."""
    if not tokens:
        raise ValueError("no tokens; feed at least one")
    if not 0 <= min(tokens) <= max(tokens) < model.vocab_size:
        wrong = next(token for token in tokens if not 0 <= token < model.vocab_size)
        raise ValueError(f"token id {wrong}; ids go from 0 to {model.vocab_size - 1}")
    if length + len(tokens) > model.max_positions:
        raise ValueError(
            f"{length} cached and {len(tokens)} new positions are more than the {model.max_positions}"
            " that the model has; crop, or feed less"
        )


def check_keeps(length: int, keep: int) -> None:
    """Raises ValueError unless the first ``keep`` of ``length`` positions can be kept."""
    if not 0 <= keep <= length:
        raise ValueError(f"{keep} positions of a context of {length} are to be kept")
