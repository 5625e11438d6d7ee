"""The models as a submission sees them: transformers' call shape, over whoever holds the rows.

    out = target(input_ids, past_key_values=cache)   # input_ids (1, n) int64
    out.logits                                       # (1, n, V) float32, one row for each position fed
    out.past_key_values.crop(length)                 # forget what was rejected

Nothing here has authority. In a judged run the rows come over a socket and all is checked again behind it.
Arguments of `transformers` that change nothing are taken; those that would ask for another law are refused.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, SupportsIndex

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pairs.context import Context, Model
from pairs.ledger import Call
from pairs.pair import ModelPair

MAX_POSITIONS = 4096

_POSITIONS = ("position_ids", "cache_position")
_ROWS_TO_KEEP = ("logits_to_keep", "num_logits_to_keep")
_STYLE = ("return_dict",)
"""Taken and ignored: an output can be read as a tuple and by name."""
_MUST_BE_OFF = ("output_attentions", "output_hidden_states", "inputs_embeds", "token_type_ids", "labels")


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

    def fork(self, handle: int, length: int) -> int:
        """Handle of a new cache that holds a copy of the first ``length`` positions, at least one."""
        ...

    def release(self, handle: int) -> None:
        """The cache will not be used again. Called by the garbage collector, so it must not block."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What code for `transformers` looks up in ``config`` and in ``generation_config``."""

    vocab_size: int
    eos_token_id: int | None = None
    max_position_embeddings: int = MAX_POSITIONS
    bos_token_id: int | None = None
    pad_token_id: int | None = None
    is_encoder_decoder: bool = False
    use_cache: bool = True


class Cache:
    """Keys and values of one sequence, held elsewhere. Each forward pass appends to it, in place."""

    def __init__(self, model: CausalLM) -> None:
        self._model = model
        self._handle: int | None = None
        self._length = 0

    def get_seq_length(self, layer_idx: int = 0) -> int:
        """Positions in the cache."""
        return self._length

    def get_max_cache_shape(self, layer_idx: int = 0) -> int:
        """Positions that a cache can hold."""
        return self._model.config.max_position_embeddings

    def crop(self, max_length: SupportsIndex) -> None:
        """Keep the first ``max_length`` positions; a negative number takes that many off the end.

        Raises:
            ValueError: takes off more than there is.
        """
        length = operator.index(max_length)
        keep = self._length + length if length < 0 else length
        if keep < 0:
            raise ValueError(f"crop({length}) takes off more than the {self._length} positions there are")
        self._length = min(self._length, keep)

    def reset(self) -> None:
        """Forget all positions."""
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def __bool__(self) -> bool:
        # An empty cache is still a cache: `past_key_values or fresh()` must not drop it.
        return True

    def __deepcopy__(self, memo: dict[int, object]) -> Cache:
        """A second cache with these positions, which grows on its own. It is priced: see `pairs.prices`."""
        twin = Cache(self._model)
        if self._handle is not None and self._length:
            twin._handle = self._model._backend.fork(self._handle, self._length)
            twin._length = self._length
        memo[id(self)] = twin
        return twin

    def __copy__(self) -> Cache:
        return self.__deepcopy__({})

    def __getitem__(self, layer: object) -> object:
        raise TypeError(
            "keys and values are not here, so a cache has no layers to look at; use get_seq_length() and"
            " crop(n), and copy.deepcopy(cache) for a second one"
        )

    def __del__(self) -> None:
        if self._handle is not None:
            self._model._backend.release(self._handle)


class CausalLMOutput:
    """What a forward pass gives: ``out.logits``, ``out["logits"]`` and ``logits, cache = out`` all work."""

    loss = hidden_states = attentions = None
    """`transformers` has these; here there are none."""

    def __init__(self, logits: Tensor, past_key_values: Cache | None) -> None:
        self.logits = logits
        self.past_key_values = past_key_values

    def to_tuple(self) -> tuple[Tensor, Cache | None]:
        return self.logits, self.past_key_values

    def __iter__(self) -> Iterator[Tensor | Cache | None]:
        return iter(self.to_tuple())

    def __getitem__(self, key: Any) -> Any:
        if not isinstance(key, str):
            return self.to_tuple()[key]
        if key in ("logits", "past_key_values"):
            return getattr(self, key)
        raise KeyError(f"{key!r}; the output has 'logits' and 'past_key_values'")


class CausalLM:
    """A causal language model for one sequence at a time."""

    def __init__(self, backend: Backend, config: Config, name_or_path: str = "") -> None:
        self._backend = backend
        self.config = self.generation_config = config
        self.name_or_path = name_or_path
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
        **others: Any,
    ) -> CausalLMOutput:
        """Feed ``input_ids`` ``(1, n)`` int64 after what the cache holds.

        Without a cache a fresh one is started. A cache that is handed in grows in place and comes back.

        Args:
            others: ``position_ids`` and ``cache_position`` if they say where the tokens are anyway;
                ``logits_to_keep`` for the last rows only; and what changes nothing, such as ``return_dict``.

        Returns:
            ``logits`` ``(1, n, V)`` float32, yours to write to: row i is the law of the token after input i.
            ``past_key_values``, or None if ``use_cache`` is False.

        Raises:
            TypeError: an argument that is no tensor, or that these models do not take.
            ValueError: a shape, a dtype, an id or a length that cannot be; the text says what to do.
        """
        tokens = self._checked(input_ids)
        held = self._cache(past_key_values if cache is None else cache)
        start, fed = held._length, len(tokens)
        if attention_mask is not None:
            _check_mask(attention_mask, start, fed)
        if others:
            _check_others(others, start, fed)
        if start + fed > self.config.max_position_embeddings:
            raise ValueError(
                f"{start} cached and {fed} new positions are more than"
                f" config.max_position_embeddings = {self.config.max_position_embeddings}"
            )
        held._handle, rows = self._backend.forward(held._handle, start, tokens)
        held._length = start + fed
        logits = torch.from_numpy(rows[None])
        if others:
            logits = _kept(logits, others)
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
        tokens: list[int] = input_ids.tolist()[0]
        if min(tokens) < 0 or max(tokens) >= self.config.vocab_size:
            wrong = next(token for token in tokens if not 0 <= token < self.config.vocab_size)
            raise ValueError(f"input_ids holds {wrong}; ids go from 0 to {self.config.vocab_size - 1}")
        return tokens

    def _cache(self, given: Cache | None) -> Cache:
        if given is None:
            return Cache(self)
        if not isinstance(given, Cache):
            raise TypeError(
                f"past_key_values is a {type(given).__name__}; leave it out in the first call, then hand in"
                " that of the output"
            )
        if given._model is not self:
            raise ValueError("past_key_values belongs to the other model; target and draft have a cache each")
        return given


def _check_mask(mask: object, cached: int, fed: int) -> None:
    """Only a mask that hides nothing is taken: what a position sees is its whole prefix."""
    if isinstance(mask, Tensor) and mask.dim() == 4:
        raise ValueError(
            "attention_mask has four dimensions; trees in one call are not supported: copy.deepcopy the cache"
            " and feed each branch to its own"
        )
    if not isinstance(mask, Tensor) or tuple(mask.shape) not in {(1, fed), (1, cached + fed)}:
        raise ValueError(f"attention_mask must be None, or ones of shape (1, {cached + fed})")
    if not bool((mask != 0).all()):
        raise ValueError("attention_mask hides a position; masks are not supported, leave it out")


def _check_others(others: Mapping[str, Any], start: int, fed: int) -> None:
    """Refuse what would change the law, and what is not known."""
    for name, value in others.items():
        if name in _POSITIONS:
            _check_positions(name, value, start, fed)
        elif name in _MUST_BE_OFF:
            if value is not None and value is not False:
                raise TypeError(f"{name}: not supported; leave it out. These models give logits and a cache")
        elif name not in _ROWS_TO_KEEP and name not in _STYLE:
            raise TypeError(f"{name}: not supported; pass input_ids, past_key_values and use_cache only")


def _check_positions(name: str, positions: object, start: int, fed: int) -> None:
    if positions is None:
        return
    if not isinstance(positions, Tensor) or positions.flatten().tolist() != list(range(start, start + fed)):
        raise ValueError(
            f"{name} does not say {start} to {start + fed - 1}, where these tokens are: the cache holds"
            f" {start} positions. Leave it out, or crop the cache"
        )


def _kept(logits: Tensor, others: Mapping[str, Any]) -> Tensor:
    """The rows that ``logits_to_keep`` names: the last n, all for 0, or those of a tensor of indices."""
    for name in _ROWS_TO_KEEP:
        keep = others.get(name)
        if isinstance(keep, Tensor) and keep.dim():
            return logits[:, keep]
        if keep is not None:
            return logits[:, -operator.index(keep) :] if keep else logits
    return logits


class LocalBackend:
    """Rows from a model in this process, each call written to a ledger: for practice and for tests."""

    def __init__(self, model: Model, role: Literal["target", "draft"], ledger: list[Call]) -> None:
        """``ledger`` grows by one `Call` for each forward; target and draft can share it."""
        self._model = model
        self._role: Literal["target", "draft"] = role
        self._ledger = ledger
        self._caches: dict[int, tuple[list[int], Context]] = {}
        self._copied: list[int] = []
        self._issued = 0

    def forward(
        self, handle: int | None, length: int, tokens: Sequence[int]
    ) -> tuple[int, NDArray[np.float32]]:
        if handle is None:
            handle = self._keep([], self._model.open())
        path, context = self._caches[handle]
        context.crop(length)
        rows = context.extend(tokens)
        path[length:] = tokens
        copied, self._copied = tuple(self._copied), []
        self._ledger.append(Call(model=self._role, path=tuple(path), fed=len(tokens), copied=copied))
        return handle, rows

    def fork(self, handle: int, length: int) -> int:
        path, context = self._caches[handle]
        self._copied.append(length)
        return self._keep(path[:length], context.fork(length))

    def release(self, handle: int) -> None:
        self._caches.pop(handle, None)

    def _keep(self, path: list[int], context: Context) -> int:
        handle = self._issued
        self._issued += 1
        self._caches[handle] = (path, context)
        return handle


def causal_lms(pair: ModelPair, ledger: list[Call]) -> tuple[CausalLM, CausalLM]:
    """A pair's target and draft as code for `transformers` takes them; their calls go to ``ledger``."""
    roles: tuple[tuple[Literal["target", "draft"], Model], ...] = (
        ("target", pair.target),
        ("draft", pair.draft),
    )
    target, draft = (
        CausalLM(
            LocalBackend(model, role, ledger),
            Config(
                vocab_size=pair.vocab_size,
                eos_token_id=pair.eos_token_id,
                max_position_embeddings=model.max_positions,
            ),
            role,
        )
        for role, model in roles
    )
    return target, draft
