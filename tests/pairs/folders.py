"""Folders of tiny random models, as `save_pretrained` writes them, without torch."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

WORDS = ["def load(path):", "    return open(path).read()", "for each in lines: print(each)", "größer → 你好"]


def write_llama(
    folder: Path, *, seed: int = 0, dtype: str = "float32", without: str = "", **changes: Any
) -> Path:
    """A `LlamaForCausalLM` of random weights. ``changes`` go into its config; ``without`` names a tensor."""
    config: dict[str, Any] = {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "vocab_size": 300,
        "hidden_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 8,
        "intermediate_size": 48,
        "max_position_embeddings": 320,
        "rms_norm_eps": 1e-5,
        "hidden_act": "silu",
        "rope_parameters": {"rope_theta": 10000.0, "rope_type": "default"},
        "tie_word_embeddings": True,
        "bos_token_id": 0,
        "eos_token_id": 0,
        "dtype": dtype,
        **changes,
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config))
    weights = _weights(config, np.random.default_rng(seed))
    weights.pop(without, None)
    save_file({name: tensor.astype(dtype) for name, tensor in weights.items()}, folder / "model.safetensors")
    return folder


def _weights(config: dict[str, Any], rng: np.random.Generator) -> dict[str, np.ndarray]:
    d, hidden = config["hidden_size"], config["intermediate_size"]
    wide = config["num_attention_heads"] * config["head_dim"]
    narrow = config["num_key_value_heads"] * config["head_dim"]

    def matrix(*shape: int) -> np.ndarray:
        return rng.normal(0.0, shape[-1] ** -0.5, shape)

    def scale() -> np.ndarray:
        return rng.uniform(0.5, 1.5, d)

    weights = {"model.embed_tokens.weight": rng.normal(size=(config["vocab_size"], d))}
    for n in range(config["num_hidden_layers"]):
        layer = f"model.layers.{n}."
        weights |= {
            layer + "input_layernorm.weight": scale(),
            layer + "self_attn.q_proj.weight": matrix(wide, d),
            layer + "self_attn.k_proj.weight": matrix(narrow, d),
            layer + "self_attn.v_proj.weight": matrix(narrow, d),
            layer + "self_attn.o_proj.weight": matrix(d, wide),
            layer + "post_attention_layernorm.weight": scale(),
            layer + "mlp.gate_proj.weight": matrix(hidden, d),
            layer + "mlp.up_proj.weight": matrix(hidden, d),
            layer + "mlp.down_proj.weight": matrix(d, hidden),
        }
    weights["model.norm.weight"] = scale()
    if not config["tie_word_embeddings"]:
        weights["lm_head.weight"] = matrix(config["vocab_size"], d)
    return weights


def write_tokenizer(folder: Path, *, vocab_size: int = 300, words: list[str] = WORDS) -> Path:
    """A byte-level BPE tokenizer, its id 0 the end of a text."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(
        words,
        trainers.BpeTrainer(
            vocab_size=vocab_size,
            special_tokens=["<|endoftext|>"],
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder
