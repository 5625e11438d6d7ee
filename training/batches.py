"""Windows of the corpus, and the loss over held-out ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional
from transformers import LlamaForCausalLM

Tokens = NDArray[np.uint16]

HELD_OUT_WINDOWS = 64
HELD_OUT_LENGTH = 256


def load(corpus: Path, name: str) -> Tokens:
    tokens: Tokens = np.load(corpus / f"{name}.npy")
    return tokens


def windows(tokens: Tokens, rng: np.random.Generator, count: int, length: int) -> Tensor:
    """``(count, length + 1)`` int64: inputs, and each one's next token."""
    starts = rng.integers(0, len(tokens) - length - 1, count)
    return torch.from_numpy(np.stack([tokens[s : s + length + 1] for s in starts]).astype(np.int64))


def held_out_windows(held_out: Tokens) -> Tensor:
    """The same ones always, so that losses compare."""
    return windows(held_out, np.random.default_rng(123), HELD_OUT_WINDOWS, HELD_OUT_LENGTH)


@torch.inference_mode()
def loss(model: LlamaForCausalLM, rows: Tensor) -> float:
    """Mean nats a token."""
    logits = torch.cat([model(part[:, :-1], use_cache=False).logits for part in rows.split(16)])
    return functional.cross_entropy(logits.flatten(0, 1), rows[:, 1:].flatten()).item()
