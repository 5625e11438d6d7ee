"""The caches of one trial: what each holds, who may ask for it, and how much there may be. Pure.

A handle is a slot and the slot's generation, so a handle that was released never names a later cache.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from harness.oracle.codec import ProtocolError
from pairs.context import Context, Model, Rows
from pairs.pair import ModelPair, longest_text

SLOT_BITS = 12
SLOT_MASK = (1 << SLOT_BITS) - 1
GENERATIONS = 1 << (31 - SLOT_BITS)


class LimitError(Exception):
    """More than a trial may use. The text says of what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheLimits:
    live: int = 256
    tokens: int = 1 << 17
    """Over all live caches of a trial."""
    positions: int = 512
    """Of one cache; fewer where a model holds fewer."""


@dataclass(slots=True)
class Slot:
    """One cache: a token path, and the model's own keys and values for it. Free slots have none."""

    model: Literal["target", "draft"] = "target"
    generation: int = 0
    tokens: list[int] = field(default_factory=list[int])
    context: Context | None = None


class Caches:
    """All caches of one trial. Every method checks before it changes anything."""

    def __init__(self, pair: ModelPair, limits: CacheLimits) -> None:
        self._models: dict[str, Model] = {"target": pair.target, "draft": pair.draft}
        self._vocab_size = pair.vocab_size
        self._limits = limits
        self.positions = min(limits.positions, longest_text(pair))
        """That one cache may hold."""
        self._slots: list[Slot] = []
        self._free: list[int] = []
        self._held = 0

    @property
    def live(self) -> int:
        return len(self._slots) - len(self._free)

    @property
    def held_tokens(self) -> int:
        return self._held

    def extend(
        self, model: Literal["target", "draft"], handle: int | None, length: int, tokens: tuple[int, ...]
    ) -> tuple[int, list[int], Rows]:
        """Keep ``length`` positions of the cache, then append ``tokens``; a cache is opened for None.

        Returns:
            The cache's handle, all tokens that it holds now, and the rows ``(len(tokens), V)`` of those fed.

        Raises:
            ProtocolError: a handle, length or token id that cannot be.
            LimitError: too many caches, positions or cached tokens.
        """
        if not tokens:
            raise ProtocolError("a forward pass feeds no token")
        if max(tokens) >= self._vocab_size:
            raise ProtocolError(f"a token id is above {self._vocab_size - 1}")
        held = 0 if handle is None else len(self._slot(handle, model).tokens)
        if length > held:
            raise ProtocolError(f"a cache of {held} positions is asked to keep {length}")
        if length + len(tokens) > self.positions:
            raise LimitError(f"more than {self.positions} positions in a cache")
        if self._held - held + length + len(tokens) > self._limits.tokens:
            raise LimitError(f"more than {self._limits.tokens} cached tokens")

        if handle is None:
            self._check_room()
            handle = self._open(model, self._models[model].open())
        slot = self._slots[handle & SLOT_MASK]
        assert slot.context is not None
        if length < held:
            slot.context.crop(length)
            del slot.tokens[length:]
        rows = slot.context.extend(tokens)
        slot.tokens.extend(tokens)
        self._held += length + len(tokens) - held
        return handle, slot.tokens, rows

    def fork(self, handle: int, length: int) -> tuple[int, Literal["target", "draft"]]:
        """Open a cache that holds a copy of the first ``length`` positions of another.

        Returns:
            Its handle, and the model that both are of.

        Raises:
            ProtocolError: a handle or a length that cannot be.
            LimitError: too many caches or cached tokens.
        """
        source = self._slot(handle, None)
        if not 0 < length <= len(source.tokens):
            raise ProtocolError(f"{length} positions of a cache of {len(source.tokens)} are to be copied")
        if self._held + length > self._limits.tokens:
            raise LimitError(f"more than {self._limits.tokens} cached tokens")

        assert source.context is not None
        self._check_room()
        twin = self._open(source.model, source.context.fork(length))
        self._slots[twin & SLOT_MASK].tokens = source.tokens[:length]
        self._held += length
        return twin, source.model

    def release(self, handle: int) -> None:
        """Raises ProtocolError for a handle that is not live."""
        slot = self._slot(handle, None)
        self._held -= len(slot.tokens)
        slot.generation = (slot.generation + 1) % GENERATIONS
        slot.tokens, slot.context = [], None
        self._free.append(handle & SLOT_MASK)

    def _slot(self, handle: int, model: str | None) -> Slot:
        index, generation = handle & SLOT_MASK, handle >> SLOT_BITS
        slot = self._slots[index] if index < len(self._slots) else None
        if slot is None or slot.context is None or slot.generation != generation:
            raise ProtocolError("a handle that names no living cache")
        if model is not None and slot.model != model:
            raise ProtocolError("a handle of the other model")
        return slot

    def _check_room(self) -> None:
        if self.live >= self._limits.live:
            raise LimitError(f"more than {self._limits.live} living caches")

    def _open(self, model: Literal["target", "draft"], context: Context) -> int:
        if not self._free:
            self._slots.append(Slot())
            self._free.append(len(self._slots) - 1)
        index = self._free.pop()
        slot = self._slots[index]
        slot.model, slot.context = model, context
        return index | slot.generation << SLOT_BITS
