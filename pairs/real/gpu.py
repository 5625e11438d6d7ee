"""The engine for a GPU: one captured call of a fixed width over a cache that never moves.

Reading the weights is what a call at batch 1 costs there, so one of `WIDTH` positions should cost what one of
a single position does. All calls have that width: shorter ones are filled up with what the next writes over.
So every row comes from the same arithmetic however it was asked for.

The graph knows one place in memory. Contexts take turns in it; whoever comes back brings its positions along.
Runs on a CPU too, where tests hold it against the other engines; no GPU has seen it yet.
"""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from pairs.context import Rows, check_fits, check_keeps
from pairs.real.errors import PairError
from pairs.real.folder import read_json, read_weights
from pairs.real.passes import Pass
from pairs.real.shape import Shape, shape_of
from pairs.real.static_llama import StaticLlama, Weights, named_weights

WIDTH = 8
LONGEST = 4096
"""Positions at most: every call reads the whole cache."""


class GpuModel:
    """Implements `pairs.context.Model`. Only one thread may drive its contexts."""

    def __init__(self, shape: Shape, weights: Weights) -> None:
        self.vocab_size = shape.vocab_size
        self.max_positions = min(shape.max_position_embeddings, LONGEST)
        self._llama = StaticLlama(weights, batch=1, positions=self.max_positions + WIDTH)
        with torch.inference_mode():
            self._pass = Pass(self._llama, WIDTH)
        self._on_stage: weakref.ref[GpuContext] | None = None

    def open(self) -> GpuContext:
        """An empty context."""
        return GpuContext(self, 0, self._llama.cache[:, :, :, :0])

    def stage(self, context: GpuContext) -> Tensor:
        """The cache, which holds what ``context`` has; whoever had it last takes its positions away."""
        cache, last = self._llama.cache, self._on_stage() if self._on_stage else None
        if last is not context:
            if last is not None:
                last.kept = cache[:, :, :, : last.length].clone()
            cache[:, :, :, : context.length] = context.kept[:, :, :, : context.length]
            context.kept = cache[:, :, :, :0]
            self._on_stage = weakref.ref(context)
        return cache

    def rows(self, tokens: Sequence[int], start: int) -> Tensor:
        """Feed at most `WIDTH` tokens at ``start`` of the cache: ``(n, V)``, until the next call."""
        self._pass.tokens[0, : len(tokens)] = torch.tensor(tokens)
        self._pass.start.fill_(start)
        return self._pass()[0, : len(tokens)]


class GpuContext:
    """Implements `pairs.context.Context`."""

    def __init__(self, model: GpuModel, length: int, kept: Tensor) -> None:
        """``kept`` ``(layers, 2, 1, length, K, D)`` holds its keys and values while another has the stage."""
        self._model = model
        self._length = length
        self.kept = kept

    @property
    def length(self) -> int:
        return self._length

    @torch.inference_mode()
    def extend(self, tokens: Sequence[int]) -> Rows:
        check_fits(self._model, self._length, tokens)
        self._model.stage(self)
        rows = []
        for first in range(0, len(tokens), WIDTH):
            block = list(tokens[first : first + WIDTH])
            rows.append(self._model.rows(block, self._length + first).cpu())
        self._length += len(tokens)
        joined: Rows = np.ascontiguousarray(torch.cat(rows).numpy())
        return joined

    def crop(self, length: int) -> None:
        check_keeps(self._length, length)
        self._length = length

    @torch.inference_mode()
    def fork(self, length: int) -> GpuContext:
        check_keeps(self._length, length)
        return GpuContext(self._model, length, self._model.stage(self)[:, :, :, :length].clone())


def load_gpu(folder: Path, device: str) -> GpuModel:
    """A model on a device, its numbers in the format that they were saved in.

    Raises:
        PairError: there is no such device, or no Llama that can be computed.
    """
    config = read_json(folder, "config.json")
    shape = shape_of(config)
    dtype = getattr(torch, str(config.get("dtype") or config.get("torch_dtype") or "float32"))
    try:
        tensors = {name: torch.from_numpy(each) for name, each in read_weights(folder).items()}
        return GpuModel(shape, named_weights(shape, tensors, device=device, dtype=dtype))
    except KeyError as error:
        raise PairError(f"the weights lack {error}; save the whole model") from None
    except RuntimeError as error:
        first = str(error).splitlines()[0]
        raise PairError(f"{folder} does not run on {device}: {first}. Take --device cpu.") from error
