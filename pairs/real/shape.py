"""The sizes of a `LlamaForCausalLM`, from its config.json, and whether the lean engine reads it. Pure."""

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
    vocab_size: int
    width: int
    layers: int
    heads: int
    groups: int
    """Heads of keys and values; each serves ``heads / groups`` query heads."""
    head_width: int
    hidden: int
    """Width of the feed-forward part."""
    max_positions: int
    eps: float
    rope_base: float
    tied: bool
    """The embedding is the head too."""

    def frequencies(self) -> NDArray[np.float32]:
        """Radians a position, ``(D / 2,)``: rotary embedding, Su et al. 2021 (arXiv:2104.09864)."""
        exponents = np.arange(0, self.head_width, 2) / self.head_width
        return (self.rope_base**-exponents).astype(np.float32)


def shape_of(config: Mapping[str, Any]) -> Shape:
    """Read a config.json of transformers 4 or 5.

    Raises:
        PairError: another architecture, or a variant that the lean engine does not compute.
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
            width=width,
            layers=int(config["num_hidden_layers"]),
            heads=heads,
            groups=int(config.get("num_key_value_heads") or heads),
            head_width=int(config.get("head_dim") or width // heads),
            hidden=int(config["intermediate_size"]),
            max_positions=int(config["max_position_embeddings"]),
            eps=float(config.get("rms_norm_eps", 1e-6)),
            rope_base=float(rope.get("rope_theta", config.get("rope_theta", 10_000.0))),
            tied=bool(config.get("tie_word_embeddings", False)),
        )
    except (KeyError, TypeError, ValueError, ZeroDivisionError) as error:
        raise PairError(f"its config.json lacks a size, or one is no number: {error!r}") from None
