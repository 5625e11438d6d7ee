"""The lean engine: any `LlamaForCausalLM` folder, forward passes in numpy, on one thread.

At the size of a pair that two cores can carry, a pass is dozens of small steps a layer, and what costs is
starting each. numpy starts them twice as fast as torch (docs/pairs.md has the figures), and the judge needs
no torch.

Shapes: n tokens fed, d the model's width, H query heads in K groups of G, D the head's width, T positions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pairs.context import Rows, check_fits, check_keeps
from pairs.real.shape import Shape

Floats = NDArray[np.float32]

SMALL = 500_000
"""Numbers of a matrix up to which BLAS takes several rows as fast as one; larger ones it copies first."""
LANE = 16
"""Widths are multiples of it: columns that are left over would be multiplied by yet another routine."""
SUMMED_AT_ONCE = 384
"""Numbers summed in one product: longer sums BLAS cuts in two, in some of its routines and not in others."""
FIRST_ROOM = 128
"""Positions that a context has room for before it grows."""


@dataclass(frozen=True, slots=True)
class Layer:
    """Matrices ``(in, out)``; what reads the same input lies side by side, and norms' scales are in it."""

    qkv: Floats
    """``(d, (H + 2 K) D)``; within a head of q and k, what is rotated together lies together."""
    out: Floats
    """``(H D, d)``"""
    gate_up: Floats
    """``(d, 2 I)``"""
    down: Floats
    """``(I, d)``"""


class LlamaModel:
    """Weights of one model. Implements `pairs.context.Model`; contexts share them and write none."""

    def __init__(self, shape: Shape, embedding: Floats, layers: Sequence[Layer], head: Floats) -> None:
        """``embedding`` is ``(V, d)``, ``head`` ``(d, V)`` with the last norm's scale folded in."""
        self.shape = shape
        self.vocab_size = shape.vocab_size
        self.max_positions = shape.max_position_embeddings
        self.embedding = embedding
        self.layers = tuple(layers)
        self.head = head
        # Angles are rounded to float32 as transformers rounds them: the model was trained with those.
        angles = np.outer(np.arange(shape.max_position_embeddings, dtype=np.float32), shape.frequencies())
        self.turns = np.exp(1j * angles).astype(np.complex64)[:, None]
        """``(T, 1, D / 2)``: how far each pair of a position's numbers is turned."""
        # A single row would be multiplied by another routine of BLAS, which rounds otherwise. Where that is
        # hardly faster, a second row of zeros makes rows the same to the bit alone and in a block.
        self.fewest_rows = 2 if max(each.gate_up.size for each in self.layers) <= SMALL >= head.size else 1

    def open(self) -> LlamaContext:
        """An empty context."""
        return LlamaContext(self, 0, 0)


class LlamaContext:
    """Keys and values, in memory that doubles when it is full. Implements `pairs.context.Context`."""

    def __init__(self, model: LlamaModel, length: int, room: int) -> None:
        shape = model.shape
        self._model = model
        self._length = length
        self._room = room
        self._keys = np.zeros(
            (shape.num_hidden_layers, shape.num_key_value_heads, shape.head_dim, room), np.float32
        )
        # Columns of ones: the product that uses the weights sums them too, in the same order.
        self._values = np.zeros(
            (shape.num_hidden_layers, shape.num_key_value_heads, room, shape.head_dim + LANE), np.float32
        )
        self._values[..., shape.head_dim :] = 1.0

    @property
    def length(self) -> int:
        return self._length

    def extend(self, tokens: Sequence[int]) -> Rows:
        check_fits(self._model, self._length, tokens)
        end = self._length + len(tokens)
        if end > self._room:
            self._grow(end)
        with np.errstate(over="ignore"):  # of exp in silu, where 1 / inf is the right answer
            rows = self._forward(tokens, end)
        self._length = end
        return rows

    def crop(self, length: int) -> None:
        check_keeps(self._length, length)
        self._length = length

    def fork(self, length: int) -> LlamaContext:
        check_keeps(self._length, length)
        return self._copied(length, _in_lanes(length))

    def _grow(self, end: int) -> None:
        grown = self._copied(self._length, _in_lanes(max(end, 2 * self._room, FIRST_ROOM)))
        self._keys, self._values, self._room = grown._keys, grown._values, grown._room

    def _copied(self, length: int, room: int) -> LlamaContext:
        twin = LlamaContext(self._model, length, room)
        twin._keys[..., :length] = self._keys[..., :length]
        twin._values[:, :, :length] = self._values[:, :, :length]
        return twin

    def _forward(self, tokens: Sequence[int], end: int) -> Rows:
        model, n = self._model, len(tokens)
        eps, hidden_width = (
            np.float32(model.shape.rms_norm_eps * model.shape.hidden_size),
            model.shape.intermediate_size,
        )
        x = np.zeros((max(n, model.fewest_rows), model.shape.hidden_size), np.float32)
        x[:n] = model.embedding[list(tokens)]
        mixed = np.zeros((len(x), model.shape.num_attention_heads * model.shape.head_dim), np.float32)
        later = np.arange(_in_lanes(end)) > np.arange(self._length, end)[:, None]
        hidden = np.where(later, np.float32(-np.inf), np.float32(0))
        for index, layer in enumerate(model.layers):
            qkv = (_normed(x, eps) @ layer.qkv)[:n]
            self._attend(index, qkv, hidden, mixed)
            x += mixed @ layer.out
            gate_up = _normed(x, eps) @ layer.gate_up
            gate = gate_up[:, :hidden_width]
            gate /= 1 + np.exp(-gate)
            gate *= gate_up[:, hidden_width:]
            x += _product(gate, layer.down)
        return (_normed(x, eps) @ model.head)[:n]

    def _attend(self, index: int, qkv: Floats, hidden: Floats, mixed: Floats) -> None:
        """Keep keys and values of ``qkv`` ``(n, (H + 2 K) D)``; write what each position reads to ``mixed``.

        ``hidden`` ``(n, T)`` is -inf where a key comes later than the query, or is none.
        """
        shape, (n, T), start = self._model.shape, hidden.shape, self._length
        H, K, G, D = (
            shape.num_attention_heads,
            shape.num_key_value_heads,
            shape.num_attention_heads // shape.num_key_value_heads,
            shape.head_dim,
        )
        keys, values, end = self._keys[index], self._values[index], start + n

        flat = qkv[:, : (H + K) * D].view(np.complex64).reshape(n, H + K, D // 2)
        turned = (flat * self._model.turns[start:end]).view(np.float32)  # (n, H + K, D)
        keys[..., start:end] = turned[:, H:].transpose(1, 2, 0)
        values[:, start:end, :D] = qkv[:, (H + K) * D :].reshape(n, K, D).transpose(1, 0, 2)

        queries = turned[:, :H].reshape(n, K, G, D).transpose(1, 0, 2, 3).reshape(K, n * G, D)
        weights = queries @ keys[..., :T]  # (K, n G, T)
        weights.reshape(K, n, G, T)[...] += hidden[:, None]
        weights -= weights.max(axis=-1, keepdims=True)
        np.exp(weights, out=weights)
        read = _product(weights, values[:, :T])  # (K, n G, D + LANE)
        read = (read[..., :D] / read[..., D : D + 1]).reshape(K, n, G * D)
        mixed[:n] = read.transpose(1, 0, 2).reshape(n, H * D)


def _product(x: Floats, matrix: Floats) -> Floats:
    """``x @ matrix`` for ``(..., n, m)`` and ``(..., m, o)``, at most `SUMMED_AT_ONCE` of m at a time."""
    total: Floats = x[..., :SUMMED_AT_ONCE] @ matrix[..., :SUMMED_AT_ONCE, :]
    for first in range(SUMMED_AT_ONCE, x.shape[-1], SUMMED_AT_ONCE):
        piece = slice(first, first + SUMMED_AT_ONCE)
        total += x[..., piece] @ matrix[..., piece, :]
    return total


def _in_lanes(count: int) -> int:
    return -(-count // LANE) * LANE


def _normed(x: Floats, eps: np.float32) -> Floats:
    """Each row ``(n, d)`` by its length: RMSNorm, whose scale and root of d the next matrix has in it."""
    normed: Floats = x / np.sqrt(np.vecdot(x, x) + eps)[:, None]
    return normed
