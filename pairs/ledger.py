"""What is written down about each forward pass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One forward pass, as the side that holds the weights saw it."""

    model: Literal["target", "draft"]
    path: tuple[int, ...]
    """Every token in the cache after the call, from the first position on."""
    fed: int
    """How many of the last tokens of `path` were fed now; each got a row back."""
    copied: tuple[int, ...] = ()
    """Lengths of this model's caches that were copied since its call before. A copy gives no row by itself,
    so it is no call; one that no call follows has bought nothing and is written down nowhere."""
