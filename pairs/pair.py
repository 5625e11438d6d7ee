"""Two models that share a vocabulary, as judge, practice and reference see them. Pure."""

from __future__ import annotations

from typing import Protocol

from pairs.context import Model


class ModelPair(Protocol):
    """A target and the draft that imitates it: analytic (`pairs.analytic.Pair`) or real."""

    @property
    def name(self) -> str: ...

    @property
    def vocab_size(self) -> int: ...

    @property
    def eos_token_id(self) -> int | None: ...

    @property
    def target(self) -> Model: ...

    @property
    def draft(self) -> Model: ...


def longest_text(pair: ModelPair) -> int:
    """Positions that both models can hold."""
    return min(pair.target.max_positions, pair.draft.max_positions)
