"""The sizes of a `LlamaForCausalLM`, from its config.json, and whether our own engines compute it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pairs.real.errors import PairError

OFF = ("attention_bias", "mlp_bias", "quantization_config", "sliding_window")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Named as config.json names them."""

    vocab_size: int
    hidden_size: int
    num_hidden_layers: int
    num_attention_heads: int
    num_key_value_heads: int
    """Each serves ``num_attention_heads / num_key_value_heads`` query heads."""
    head_dim: int
    intermediate_size: int
    max_position_embeddings: int = 2048
    rms_norm_eps: float = 1e-6
    rope_theta: float = 10_000.0
    tie_word_embeddings: bool = False
    """The embedding is the head too."""

    @property
    def parameters(self) -> int:
        """Numbers that a call reads: all but the embedding's, of which it reads a row a position."""
        heads = (self.num_attention_heads + 2 * self.num_key_value_heads) * self.head_dim
        attention = self.hidden_size * (heads + self.num_attention_heads * self.head_dim)
        layer = attention + 3 * self.hidden_size * self.intermediate_size
        return self.num_hidden_layers * layer + self.vocab_size * self.hidden_size

    def frequencies(self) -> NDArray[np.float32]:
        """Radians a position, ``(head_dim / 2,)``: rotary embedding, Su et al. 2021 (arXiv:2104.09864)."""
        exponents = np.arange(0, self.head_dim, 2) / self.head_dim
        return (self.rope_theta**-exponents).astype(np.float32)


def shape_of(config: Mapping[str, Any]) -> Shape:
    """Read a config.json of transformers 4 or 5.

    Raises:
        PairError: another architecture, or a variant that our engines do not compute.
    """
    architectures = config.get("architectures") or []
    if architectures != ["LlamaForCausalLM"]:
        raise PairError(f"it is {', '.join(map(str, architectures)) or 'of no named architecture'}, no Llama")
    on = [name for name in OFF if config.get(name)]
    if on:
        raise PairError(f"its config sets {', '.join(on)}")
    if config.get("hidden_act", "silu") != "silu":
        raise PairError(f"its activation is {config['hidden_act']}, not silu")
    rope = config.get("rope_parameters") or config.get("rope_scaling") or {}
    kind = rope.get("rope_type", rope.get("type", "default"))
    if kind != "default":
        raise PairError(f"its rotary embedding is of the type {kind}")
    try:
        heads, width = int(config["num_attention_heads"]), int(config["hidden_size"])
        return Shape(
            vocab_size=int(config["vocab_size"]),
            hidden_size=width,
            num_hidden_layers=int(config["num_hidden_layers"]),
            num_attention_heads=heads,
            num_key_value_heads=int(config.get("num_key_value_heads") or heads),
            head_dim=int(config.get("head_dim") or width // heads),
            intermediate_size=int(config["intermediate_size"]),
            max_position_embeddings=int(config["max_position_embeddings"]),
            rms_norm_eps=float(config.get("rms_norm_eps", 1e-6)),
            rope_theta=float(rope.get("rope_theta", config.get("rope_theta", 10_000.0))),
            tie_word_embeddings=bool(config.get("tie_word_embeddings", False)),
        )
    except (KeyError, TypeError, ValueError, ZeroDivisionError) as error:
        raise PairError(f"its config.json lacks a size, or one is no number: {error!r}") from None
