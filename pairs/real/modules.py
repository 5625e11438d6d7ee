"""The general engine: any `AutoModelForCausalLM` folder, run by `transformers`, whatever its version.

Slower than the lean engine, several times so for small models: each call builds objects and masks anew. It
is what reads other architectures, and what the lean engine is checked against.
"""

from __future__ import annotations

import copy
import inspect
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import AutoModelForCausalLM, DynamicCache

from pairs.context import Rows, check_fits, check_keeps
from pairs.real.errors import PairError

CACHE_NAMES = ("cache", "past_key_values")
"""What versions of `transformers` call the argument, the newest first."""


class ModulesModel:
    """A module of `transformers` and its device. Implements `pairs.context.Model`."""

    def __init__(self, module: Any, device: str) -> None:
        parameters = inspect.signature(module.forward).parameters
        self.module = module
        self.device = device
        self.cache_name = next(name for name in CACHE_NAMES if name in parameters)
        self.vocab_size = int(module.config.vocab_size)
        self.max_positions = int(module.config.max_position_embeddings)

    def open(self) -> ModulesContext:
        """An empty context."""
        return ModulesContext(self, DynamicCache())


class ModulesContext:
    """A `DynamicCache`, wrapped. Implements `pairs.context.Context`."""

    def __init__(self, model: ModulesModel, cache: Any) -> None:
        self._model = model
        self._cache = cache

    @property
    def length(self) -> int:
        return int(self._cache.get_seq_length())

    def extend(self, tokens: Sequence[int]) -> Rows:
        model = self._model
        check_fits(model, self.length, tokens)
        ids = torch.tensor([list(tokens)], device=model.device)
        with torch.inference_mode():
            # The cache grows in place: the same object holds the new positions afterwards.
            out = model.module(ids, use_cache=True, **{model.cache_name: self._cache})
        rows: Rows = np.ascontiguousarray(out.logits[0].float().cpu().numpy())
        return rows

    def crop(self, length: int) -> None:
        check_keeps(self.length, length)
        if length == 0:
            self._cache = DynamicCache()
        elif length < self.length:
            # Some versions refuse a positive number, which older ones read as what to keep.
            self._cache.crop(length - self.length)

    def fork(self, length: int) -> ModulesContext:
        check_keeps(self.length, length)
        twin = ModulesContext(self._model, copy.deepcopy(self._cache))
        twin.crop(length)
        return twin


def load_modules(folder: Path, device: str = "cpu") -> ModulesModel:
    """A model in float32 on the CPU, in the format that it was saved in elsewhere.

    Raises:
        PairError: `transformers` cannot read it, or it cannot take back tokens that it was fed.
    """
    torch.set_num_threads(1)
    try:
        module = AutoModelForCausalLM.from_pretrained(
            folder, dtype=torch.float32 if device == "cpu" else "auto", local_files_only=True
        )
        model = ModulesModel(module.to(device).eval(), device)
    except Exception as error:  # whatever a folder can do wrong, and remote code is never run
        first = str(error).strip().splitlines()
        raise PairError(
            f"{folder} is not read by transformers: {first[0] if first else type(error).__name__}"
        ) from error
    _check_takes_back(folder, model)
    return model


def _check_takes_back(folder: Path, model: ModulesModel) -> None:
    """Raises PairError unless rows are the same after tokens were fed and taken back."""
    context, fresh = model.open(), model.open()
    try:
        context.extend([0, 1])
        context.extend([1, 0])
        context.crop(2)
        after, expected = context.extend([1]), fresh.extend([0, 1, 1])[-1:]
    except (AttributeError, IndexError, NotImplementedError, RuntimeError, TypeError) as error:
        raise PairError(f"{folder}: its cache cannot be cropped ({error}); take another model.") from error
    if np.abs(after - expected).max() > 1e-2 * np.abs(expected).max():
        raise PairError(f"{folder}: its rows change when tokens are taken back; take another model.")
