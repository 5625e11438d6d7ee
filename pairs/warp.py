"""Temperature and top-p: from logits to the law that a task asks for. Pure, float64.

One rule for judge, practice and reference, so that nobody fails over a convention.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def warp(logits: NDArray[np.floating], *, temperature: float, top_p: float = 1.0) -> NDArray[np.float64]:
    """Probabilities of the task's law, ``(..., V)`` as the logits are; each row sums to 1.

    Temperature first: ``softmax(logits / temperature)``; 0 means all mass on the argmax, the lowest id among
    equals. Then top-p: sorted by falling probability, a token stays while the mass *before* it is below
    ``top_p``; so the token that crosses stays, at least one token stays, and 1.0 keeps all. The rest
    are divided by their sum. This is the rule of Holtzman et al. 2020 (arXiv:1904.09751).

    Where the mass before a token comes within float32's rounding of ``top_p``, honest float32 code may keep
    one token more or fewer; `boundary` names those tokens.

    Raises:
        ValueError: temperature below 0, or top_p outside (0, 1].
    """
    if temperature < 0.0:
        raise ValueError(f"temperature is {temperature}; want 0 (greedy) or more")
    if not 0.0 < top_p <= 1.0:
        raise ValueError(f"top_p is {top_p}; want more than 0 and at most 1")
    if temperature == 0.0:
        one_hot = np.zeros(logits.shape)
        np.put_along_axis(one_hot, logits.argmax(axis=-1, keepdims=True), 1.0, axis=-1)
        return one_hot
    probs = _softmax(logits, temperature)
    if top_p == 1.0:
        return probs
    probs[_mass_before(probs) >= top_p] = 0.0
    probs /= probs.sum(axis=-1, keepdims=True)
    return probs


def boundary(
    logits: NDArray[np.floating],
    *,
    temperature: float,
    top_p: float,
    tolerance: float = 1e-5,
    logit_slack: float = 0.0,
) -> NDArray[np.bool_]:
    """``(..., V)``: tokens that may leave or enter the kept set by rounding.

    That is when the mass before them moves by ``tolerance``; 1e-5 covers float32 softmax and cumulative sums
    up to a few thousand ids. Where each logit may be off by ``logit_slack`` too, tokens less than twice that
    apart may change places, and all masses move by ``exp(2 logit_slack / temperature) - 1`` of themselves. A
    judge must not blame a submission for what it does with these tokens.
    """
    if temperature == 0.0 or top_p == 1.0:
        return np.zeros(logits.shape, dtype=np.bool_)
    probs = _softmax(logits, temperature)
    if logit_slack == 0.0:
        return np.abs(_mass_before(probs) - top_p) <= tolerance
    least, most = _mass_surely_and_maybe_before(logits, probs, 2.0 * logit_slack)
    margin = tolerance + np.expm1(2.0 * logit_slack / temperature)
    near: NDArray[np.bool_] = (least <= top_p + margin) & (most >= top_p - margin)
    return near


def _softmax(logits: NDArray[np.floating], temperature: float) -> NDArray[np.float64]:
    scaled = logits.astype(np.float64)
    scaled /= temperature
    scaled -= scaled.max(axis=-1, keepdims=True)
    np.exp(scaled, out=scaled)
    scaled /= scaled.sum(axis=-1, keepdims=True)
    return scaled


def _mass_before(probs: NDArray[np.float64]) -> NDArray[np.float64]:
    """For each token, the sum of the probabilities larger than its own (among equals, lower ids first)."""
    order = np.argsort(-probs, axis=-1, kind="stable")
    falling = np.take_along_axis(probs, order, axis=-1)
    before = np.empty_like(probs)
    np.put_along_axis(before, order, np.cumsum(falling, axis=-1) - falling, axis=-1)
    return before


def _mass_surely_and_maybe_before(
    logits: NDArray[np.floating], probs: NDArray[np.float64], apart: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """For each token, the mass of those whose logits are larger by more than ``apart``, and of all others
    that are not smaller by more than that."""
    order = np.argsort(-logits, axis=-1, kind="stable")
    falling = -np.take_along_axis(logits, order, axis=-1).astype(np.float64)
    sums = np.cumsum(np.take_along_axis(probs, order, axis=-1), axis=-1)
    sums = np.concatenate([np.zeros((*sums.shape[:-1], 1)), sums], axis=-1)
    least, most = np.empty_like(probs), np.empty_like(probs)
    for row in np.ndindex(logits.shape[:-1]):
        surely = np.searchsorted(falling[row], falling[row] - apart, side="left")
        maybe = np.searchsorted(falling[row], falling[row] + apart, side="right")
        least[row][order[row]] = sums[row][surely]
        most[row][order[row]] = sums[row][maybe] - np.diff(sums[row])
    return least, most
