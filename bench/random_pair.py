"""Llama pairs of random weights in which the draft agrees with the target: for time, not for text.

Layers after the first add little, so a draft of the target's first layers gives nearly its law. What a
forward pass takes does not hang on the weights.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save_file

from pairs.context import Model
from pairs.real.pair import load_model

WIDTH, HEADS, NARROW, INNER, VOCABULARY = 128, 4, 64, 352, 512
LATER = 0.12
"""Of what the first layer adds."""


def random_pair(target_layers: int, draft_layers: int, seed: int = 0) -> tuple[str, Model, Model]:
    """Name, target and draft."""
    weights = _weights(target_layers, np.random.default_rng(seed))
    models = []
    with tempfile.TemporaryDirectory() as folder:
        for layers in (target_layers, draft_layers):
            models.append(load_model(_written(Path(folder, str(layers)), weights, layers)))
    return f"random, {target_layers} layers to {draft_layers}", models[0], models[1]


def _written(folder: Path, weights: dict[str, np.ndarray], layers: int) -> Path:
    config: dict[str, Any] = {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "vocab_size": VOCABULARY,
        "hidden_size": WIDTH,
        "num_hidden_layers": layers,
        "num_attention_heads": HEADS,
        "num_key_value_heads": HEADS // 2,
        "head_dim": WIDTH // HEADS,
        "intermediate_size": INNER,
        "max_position_embeddings": 512,
        "rms_norm_eps": 1e-5,
        "hidden_act": "silu",
        "rope_parameters": {"rope_theta": 10000.0, "rope_type": "default"},
        "tie_word_embeddings": True,
        "bos_token_id": 0,
        "eos_token_id": 0,
        "dtype": "float32",
    }
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(config))
    kept = {name: each for name, each in weights.items() if _layer(name) < layers}
    save_file(kept, folder / "model.safetensors")
    return folder


def _layer(name: str) -> int:
    return int(name.split(".layers.")[1].split(".")[0]) if ".layers." in name else -1


def _weights(layers: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    def matrix(rows: int, columns: int, scale: float = 1.0) -> np.ndarray:
        return (scale * rng.normal(0.0, columns**-0.5, (rows, columns))).astype(np.float32)

    ones = np.ones(WIDTH, dtype=np.float32)
    weights = {
        "model.embed_tokens.weight": (0.25 * rng.normal(size=(VOCABULARY, WIDTH))).astype(np.float32),
        "model.norm.weight": ones,
    }
    for n in range(layers):
        adds = 1.0 if n == 0 else LATER
        layer = f"model.layers.{n}."
        weights |= {
            layer + "input_layernorm.weight": ones,
            layer + "post_attention_layernorm.weight": ones,
            layer + "self_attn.q_proj.weight": matrix(WIDTH, WIDTH),
            layer + "self_attn.k_proj.weight": matrix(NARROW, WIDTH),
            layer + "self_attn.v_proj.weight": matrix(NARROW, WIDTH),
            layer + "self_attn.o_proj.weight": matrix(WIDTH, WIDTH, adds),
            layer + "mlp.gate_proj.weight": matrix(INNER, WIDTH),
            layer + "mlp.up_proj.weight": matrix(INNER, WIDTH),
            layer + "mlp.down_proj.weight": matrix(WIDTH, INNER, adds),
        }
    return weights
