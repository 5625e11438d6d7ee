"""A Llama in tensors that never move: a batch of sequences, keys and values written in place.

No cache grows and nothing is asked of the device, so that a CUDA graph can hold a whole call. The same code
runs on a processor, where tests hold it against transformers' `LlamaForCausalLM`.

Shapes: B sequences, n positions fed to each, L positions that a cache holds, V ids, H heads, K groups of
them with keys and values in common, D numbers a head.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from pairs.real.shape import Shape


def sized(**sizes: int) -> Shape:
    """A shape for random weights: the sizes are given, the rest is as usual."""
    return Shape(max_positions=4096, eps=1e-5, rope_base=10_000.0, tied=False, **sizes)


def numbers_read(shape: Shape) -> int:
    """Weights that a call reads: all but the embedding's, of which it reads a row a position."""
    heads = 2 * (shape.heads + shape.groups) * shape.head_width
    layer = shape.width * (heads + 3 * shape.hidden)
    return shape.layers * layer + shape.vocab_size * shape.width


@dataclass(frozen=True, slots=True)
class Layer:
    """Weights as `functional.linear` takes them, those that read the same input in one tensor."""

    attention_norm: Tensor
    qkv: Tensor
    output: Tensor
    mlp_norm: Tensor
    gate_up: Tensor
    down: Tensor


@dataclass(frozen=True, slots=True)
class Weights:
    shape: Shape
    embedding: Tensor
    layers: tuple[Layer, ...]
    norm: Tensor
    head: Tensor


def random_weights(shape: Shape, *, device: str, dtype: torch.dtype, seed: int = 0) -> Weights:
    """For time only: what such a model says is noise."""
    generator = torch.Generator(device).manual_seed(seed)

    def normal(rows: int, columns: int) -> Tensor:
        drawn = torch.empty(rows, columns, device=device, dtype=dtype)
        return drawn.normal_(0.0, 0.02, generator=generator)

    ones = torch.ones(shape.width, device=device, dtype=dtype)
    width = shape.heads * shape.head_width
    keys_values = 2 * shape.groups * shape.head_width
    layers = tuple(
        Layer(
            attention_norm=ones,
            qkv=normal(width + keys_values, shape.width),
            output=normal(shape.width, width),
            mlp_norm=ones,
            gate_up=normal(2 * shape.hidden, shape.width),
            down=normal(shape.width, shape.hidden),
        )
        for _ in range(shape.layers)
    )
    embedding = normal(shape.vocab_size, shape.width)
    return Weights(shape, embedding, layers, ones, normal(shape.vocab_size, shape.width))


def named_weights(shape: Shape, tensors: Mapping[str, Tensor], *, device: str, dtype: torch.dtype) -> Weights:
    """From the names that `LlamaForCausalLM` gives its parameters."""

    def take(*names: str) -> Tensor:
        return torch.cat([tensors[name].to(device, dtype) for name in names])

    def layer(n: int) -> Layer:
        at = f"model.layers.{n}"
        return Layer(
            attention_norm=take(f"{at}.input_layernorm.weight"),
            qkv=take(*(f"{at}.self_attn.{one}_proj.weight" for one in "qkv")),
            output=take(f"{at}.self_attn.o_proj.weight"),
            mlp_norm=take(f"{at}.post_attention_layernorm.weight"),
            gate_up=take(f"{at}.mlp.gate_proj.weight", f"{at}.mlp.up_proj.weight"),
            down=take(f"{at}.mlp.down_proj.weight"),
        )

    embedding = take("model.embed_tokens.weight")
    head = embedding if shape.tied else take("lm_head.weight")
    layers = tuple(layer(n) for n in range(shape.layers))
    return Weights(shape, embedding, layers, take("model.norm.weight"), head)


class StaticLlama:
    """B caches of L positions each, and the forward pass that fills them."""

    def __init__(self, weights: Weights, *, batch: int, positions: int) -> None:
        shape, like = weights.shape, weights.embedding
        self.weights = weights
        self.batch, self.positions = batch, positions
        cache = (shape.layers, 2, batch, positions, shape.groups, shape.head_width)
        self._cache = torch.zeros(cache, device=like.device, dtype=like.dtype)
        self._sequence = torch.arange(batch, device=like.device)[:, None]
        self._place = torch.arange(positions, device=like.device)
        self._cos, self._sin = _rotations(shape, self._place, like)

    def forward(self, tokens: Tensor, start: Tensor) -> Tensor:
        """Feed ``tokens`` ``(B, n)`` at the places ``start`` ``(B,)`` and on; both int64, on the device.

        What a cache holds from ``start`` on is written over, so a crop is a smaller start.

        Returns:
            Logits ``(B, n, V)`` float32.
        """
        weights = self.weights
        places = start[:, None] + torch.arange(tokens.shape[1], device=tokens.device)  # (B, n)
        seen = self._place <= places[:, None, :, None]  # (B, 1, n, L): itself and what is before it
        hidden = weights.embedding[tokens]
        for layer, cache in zip(weights.layers, self._cache, strict=True):
            normed = self._norm(hidden, layer.attention_norm)
            hidden = hidden + functional.linear(
                self._attend(layer, cache, normed, places, seen), layer.output
            )
            gate, up = functional.linear(self._norm(hidden, layer.mlp_norm), layer.gate_up).chunk(2, -1)
            hidden = hidden + functional.linear(functional.silu(gate) * up, layer.down)
        return functional.linear(self._norm(hidden, weights.norm), weights.head).float()

    def _norm(self, hidden: Tensor, weight: Tensor) -> Tensor:
        return functional.rms_norm(hidden, weight.shape, weight, self.weights.shape.eps)

    def _attend(self, layer: Layer, cache: Tensor, normed: Tensor, places: Tensor, seen: Tensor) -> Tensor:
        """``(B, n, H D)``. Heads that share keys are laid side by side as if they were more positions."""
        shape = self.weights.shape
        B, n = places.shape
        H, K, D = shape.heads, shape.groups, shape.head_width
        turning, v = functional.linear(normed, layer.qkv).split([(H + K) * D, K * D], -1)
        cos, sin = self._cos[places, None], self._sin[places, None]  # (B, n, 1, D)
        q, k = _turned(turning.view(B, n, H + K, D), cos, sin).split([H, K], 2)
        cache[0][self._sequence, places] = k
        cache[1][self._sequence, places] = v.view(B, n, K, D)
        keys, values = cache.transpose(2, 3)  # (B, K, L, D) each
        grouped = q.reshape(B, n, K, H // K, D)
        queries = grouped.permute(0, 2, 3, 1, 4).reshape(B, K, H // K * n, D)
        mixed = functional.scaled_dot_product_attention(queries, keys, values, seen.repeat(1, 1, H // K, 1))
        return mixed.view(B, K, H // K, n, D).permute(0, 3, 1, 2, 4).reshape(B, n, H * D)


def _rotations(shape: Shape, place: Tensor, like: Tensor) -> tuple[Tensor, Tensor]:
    """Cosines and sines ``(L, D)`` of rotary embeddings (Su et al. 2021, arXiv:2104.09864)."""
    even = torch.arange(0, shape.head_width, 2, device=place.device).float()
    turns = place.float()[:, None] / shape.rope_base ** (even / shape.head_width)
    angles = torch.cat([turns, turns], -1)
    return angles.cos().to(like.dtype), angles.sin().to(like.dtype)


def _turned(vectors: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    first, second = vectors.chunk(2, -1)
    return vectors * cos + torch.cat([-second, first], -1) * sin
