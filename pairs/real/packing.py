"""From the tensors of a `LlamaForCausalLM` to what the lean engine multiplies by. Pure.

Scales of norms, and that of attention, are folded into the matrices that follow them: exact but for the last
bit, and a step less for each.
"""

from __future__ import annotations

import numpy as np

from pairs.real.errors import PairError
from pairs.real.folder import Weights
from pairs.real.llama import Floats, Layer, LlamaModel
from pairs.real.shape import Shape


def packed(shape: Shape, weights: Weights) -> LlamaModel:
    """Raises PairError: a tensor is missing, or has another shape than the config says."""
    tensors = _Tensors(weights)
    vocabulary = (shape.vocab_size, shape.hidden_size)
    embedding = tensors.get("model.embed_tokens.weight", *vocabulary)
    head = embedding if shape.tie_word_embeddings else tensors.get("lm_head.weight", *vocabulary)
    layers = [_layer(shape, tensors, f"model.layers.{n}.") for n in range(shape.num_hidden_layers)]
    last = tensors.get("model.norm.weight", shape.hidden_size)
    return LlamaModel(shape, embedding, layers, _after_norm(last, head))


class _Tensors:
    def __init__(self, weights: Weights) -> None:
        self._weights = weights

    def get(self, name: str, *shape: int) -> Floats:
        if name not in self._weights:
            raise PairError(f"the weights lack {name}; save the whole model, with all {len(self._weights)}")
        tensor = self._weights[name]
        if tensor.shape != shape:
            raise PairError(f"{name} has shape {tensor.shape}, and config.json says {shape}")
        return tensor


def _layer(shape: Shape, tensors: _Tensors, prefix: str) -> Layer:
    d, D, hidden = shape.hidden_size, shape.head_dim, shape.intermediate_size
    attention, mlp = prefix + "self_attn.", prefix + "mlp."
    q = tensors.get(attention + "q_proj.weight", shape.num_attention_heads * D, d)
    k = tensors.get(attention + "k_proj.weight", shape.num_key_value_heads * D, d)
    v = tensors.get(attention + "v_proj.weight", shape.num_key_value_heads * D, d)
    gate = tensors.get(mlp + "gate_proj.weight", hidden, d)
    up = tensors.get(mlp + "up_proj.weight", hidden, d)
    before = tensors.get(prefix + "input_layernorm.weight", d)
    between = tensors.get(prefix + "post_attention_layernorm.weight", d)
    qkv = np.concatenate([_side_by_side(q, D) / np.float32(D**0.5), _side_by_side(k, D), v])
    return Layer(
        qkv=_after_norm(before, qkv),
        out=np.ascontiguousarray(
            tensors.get(attention + "o_proj.weight", d, shape.num_attention_heads * D).T
        ),
        gate_up=_after_norm(between, np.concatenate([gate, up])),
        down=np.ascontiguousarray(tensors.get(mlp + "down_proj.weight", d, hidden).T),
    )


def _after_norm(scale: Floats, matrix: Floats) -> Floats:
    """``(out, in)`` to ``(in, out)``, with the scale of its input in it, and the root of its width."""
    return np.ascontiguousarray((matrix * (scale * np.float32(len(scale) ** 0.5))).T)


def _side_by_side(matrix: Floats, head_width: int) -> Floats:
    """Rows of each head in pairs (j, j + D/2): those that a rotary embedding turns, as one complex number."""
    heads = matrix.reshape(-1, 2, head_width // 2, matrix.shape[1])
    return np.ascontiguousarray(heads.swapaxes(1, 2)).reshape(matrix.shape)
