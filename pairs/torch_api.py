"""The models as a submission sees them: transformers' call shape, over whoever holds the rows.

    out = target(input_ids, past_key_values=cache)   # input_ids (1, n) int64
    out.logits                                       # (1, n, V) float32, one row for each position fed
    out.past_key_values.crop(length)                 # forget what was rejected

Nothing here has authority. In a judged run the rows come over a socket and all is checked again behind it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NoReturn, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pairs.analytic import AnalyticModel
from pairs.ledger import Call

MAX_POSITIONS = 4096


class Backend(Protocol):
    """Holds the caches and the weights of one model."""

    def forward(
        self, handle: int | None, length: int, tokens: Sequence[int]
    ) -> tuple[int, NDArray[np.float32]]:
        """Feed ``tokens`` after the first ``length`` positions of the cache; the rest of it is forgotten.

        So a crop costs no round trip. ``handle`` None starts an empty cache (``length`` is then 0).

        Returns:
            The cache's handle, and the rows ``(n, V)`` float32: fresh, writable, contiguous.
        """
        ...

    def release(self, handle: int) -> None:
        """The cache will not be used again. Called by the garbage collector, so it must not block."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    vocab_size: int
    eos_token_id: int | None = None
    max_position_embeddings: int = MAX_POSITIONS


class Cache:
    """Keys and values of one sequence, held elsewhere. Each forward pass appends to it, in place."""

    def __init__(self, model: CausalLM) -> None:
        self._model = model
        self._handle: int | None = None
        self._length = 0

    def get_seq_length(self, layer_idx: int = 0) -> int:
        """Positions in the cache."""
        return self._length

    def crop(self, max_length: int) -> None:
        """Keep the first ``max_length`` positions; a negative number takes that many off the end.

        Raises:
            ValueError: takes off more than there is.
        """
        keep = self._length + max_length if max_length < 0 else max_length
        if keep < 0:
            raise ValueError(f"crop({max_length}) takes off more than the {self._length} positions there are")
        self._length = min(self._length, keep)

    def __len__(self) -> int:
        return self._length

    def __bool__(self) -> bool:
        # An empty cache is still a cache: `past_key_values or fresh()` must not drop it.
        return True

    def __deepcopy__(self, memo: dict[int, object]) -> NoReturn:
        raise TypeError("a cache cannot be copied; crop it back, or feed the prefix to a fresh one")

    __copy__ = None

    def __del__(self) -> None:
        if self._handle is not None:
            self._model._backend.release(self._handle)


class CausalLMOutput:
    """What a forward pass gives: ``out.logits``, ``out["logits"]`` and ``logits, cache = out`` all work."""

    def __init__(self, logits: Tensor, past_key_values: Cache | None) -> None:
        self.logits = logits
        self.past_key_values = past_key_values

    def __iter__(self) -> Iterator[Tensor | Cache | None]:
        yield self.logits
        yield self.past_key_values

    def __getitem__(self, key: str | int) -> Tensor | Cache | None:
        if isinstance(key, int):
            return (self.logits, self.past_key_values)[key]
        if key == "logits":
            return self.logits
        if key == "past_key_values":
            return self.past_key_values
        raise KeyError(f"{key!r}; the output has 'logits' and 'past_key_values'")


class CausalLM:
    """A causal language model for one sequence at a time."""

    def __init__(self, backend: Backend, config: Config) -> None:
        self._backend = backend
        self.config = config
        self.device = torch.device("cpu")
        self.dtype = torch.float32
        self.training = False

    def __call__(
        self,
        input_ids: Tensor,
        past_key_values: Cache | None = None,
        use_cache: bool | None = True,
        attention_mask: Tensor | None = None,
        cache: Cache | None = None,
        **unknown: Any,
    ) -> CausalLMOutput:
        """Feed ``input_ids`` ``(1, n)`` int64 after what the cache holds.

        Without a cache a fresh one is started. A cache that is handed in grows in place and comes back.

        Returns:
            ``logits`` ``(1, n, V)`` float32, yours to write to: row i is the law of the token after input i.
            ``past_key_values``, or None if ``use_cache`` is False.

        Raises:
            TypeError: an argument that is no tensor, or that these models do not take.
            ValueError: a shape, a dtype, an id or a length that cannot be; the text says what to do.
        """
        if unknown:
            names = ", ".join(sorted(unknown))
            raise TypeError(f"{names}: not supported; pass input_ids, past_key_values and use_cache only")
        tokens = self._checked(input_ids)
        held = self._cache(past_key_values if cache is None else cache)
        _check_mask(attention_mask, held._length, len(tokens))
        if held._length + len(tokens) > self.config.max_position_embeddings:
            raise ValueError(
                f"{held._length} cached and {len(tokens)} new positions are more than"
                f" config.max_position_embeddings = {self.config.max_position_embeddings}"
            )
        held._handle, rows = self._backend.forward(held._handle, held._length, tokens)
        held._length += len(tokens)
        logits = torch.from_numpy(rows).unsqueeze(0)
        return CausalLMOutput(logits, None if use_cache is False else held)

    forward = __call__

    def eval(self) -> CausalLM:
        return self

    def to(self, *args: object, **kwargs: object) -> CausalLM:
        """Accepted and ignored: the weights are not here."""
        return self

    def parameters(self) -> Iterator[Tensor]:
        """One empty tensor, so that ``next(model.parameters()).device`` works."""
        yield torch.empty(0, dtype=self.dtype, device=self.device)

    def _checked(self, input_ids: Tensor) -> list[int]:
        if not isinstance(input_ids, Tensor):
            raise TypeError(f"input_ids is a {type(input_ids).__name__}; want a torch.Tensor")
        shape = tuple(input_ids.shape)
        if len(shape) != 2:
            raise ValueError(f"input_ids has shape {shape}; want (1, n): try input_ids.view(1, -1)")
        if shape[0] != 1:
            raise ValueError(f"input_ids has shape {shape}; only one sequence at a time: want (1, n)")
        if shape[1] == 0:
            raise ValueError("input_ids is empty; feed at least one token")
        if input_ids.dtype not in (torch.int64, torch.int32):
            raise ValueError(f"input_ids has dtype {input_ids.dtype}; want torch.int64: try input_ids.long()")
        tokens: list[int] = input_ids[0].tolist()
        if min(tokens) < 0 or max(tokens) >= self.config.vocab_size:
            wrong = next(token for token in tokens if not 0 <= token < self.config.vocab_size)
            raise ValueError(f"input_ids holds {wrong}; ids go from 0 to {self.config.vocab_size - 1}")
        return tokens

    def _cache(self, given: Cache | None) -> Cache:
        if given is None:
            return Cache(self)
        if not isinstance(given, Cache):
            raise TypeError(
                f"past_key_values is a {type(given).__name__}; want that of an earlier output, or None"
            )
        if given._model is not self:
            raise ValueError("past_key_values belongs to the other model; target and draft have a cache each")
        return given


def _check_mask(mask: Tensor | None, cached: int, fed: int) -> None:
    """Only a mask that hides nothing is taken: what a position sees is its whole prefix."""
    if mask is None:
        return
    if not isinstance(mask, Tensor) or tuple(mask.shape) not in {(1, fed), (1, cached + fed)}:
        raise ValueError(f"attention_mask must be None, or ones of shape (1, {cached + fed})")
    if not bool((mask != 0).all()):
        raise ValueError("attention_mask hides a position; masks are not supported, leave it out")


class LocalBackend:
    """Rows from a model in this process, each call written to a ledger: for practice and for tests."""

    def __init__(self, model: AnalyticModel, role: Literal["target", "draft"], ledger: list[Call]) -> None:
        """``ledger`` grows by one `Call` for each forward; target and draft can share it."""
        self._model = model
        self._role: Literal["target", "draft"] = role
        self._ledger = ledger
        self._caches: dict[int, tuple[list[int], list[int]]] = {}  # tokens, states
        self._issued = 0

    def forward(
        self, handle: int | None, length: int, tokens: Sequence[int]
    ) -> tuple[int, NDArray[np.float32]]:
        if handle is None:
            handle = self._issued
            self._issued += 1
            self._caches[handle] = ([], [])
        path, states = self._caches[handle]
        del path[length:], states[length:]
        state = states[-1] if states else self._model.start()
        for token in tokens:
            state = self._model.advance(state, token)
            states.append(state)
        path.extend(tokens)
        self._ledger.append(Call(model=self._role, path=tuple(path), fed=len(tokens)))
        return handle, np.stack([self._model.logits(state) for state in states[length:]])

    def release(self, handle: int) -> None:
        self._caches.pop(handle, None)
