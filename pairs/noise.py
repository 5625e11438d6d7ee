"""Counter-based random numbers: a pure function of (state, stream), as many as there are token ids.

A model that must give bitwise the same row however it is asked for cannot draw from a generator that
remembers. SplitMix64 (Steele, Lea, Flood 2014) mixes a counter instead, and vectorises.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

MASK = (1 << 64) - 1
_GOLDEN = 0x9E3779B97F4A7C15
_MIX_1 = 0xBF58476D1CE4E5B9
_MIX_2 = 0x94D049BB133111EB
_FACTOR_1, _FACTOR_2 = np.uint64(_MIX_1), np.uint64(_MIX_2)
_SHIFT_1, _SHIFT_2, _SHIFT_3, _TO_53_BITS = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
_HALF_STEP = np.float64(0.5)


def mix(word: int) -> int:
    """A bijection of 64-bit words in which every bit depends on every bit."""
    word = (word + _GOLDEN) & MASK
    word = ((word ^ (word >> 30)) * _MIX_1) & MASK
    word = ((word ^ (word >> 27)) * _MIX_2) & MASK
    return word ^ (word >> 31)


@lru_cache(maxsize=1 << 14)
def advance(state: int, token: int) -> int:
    """State of a prefix grown by one token. Two mixes, so that neither order nor repeats cancel.

    Remembered, because target and draft walk over the same text.
    """
    return mix(mix(state) ^ (token + 1))


def one_way(key: int, state: int) -> int:
    """64 bits that tell nothing of ``state``, nor of what it is for another state.

    Everything above can be run backwards. Without this step, whoever works a row's 64 bits out of its logits
    has the prefix's state, and with it every later row without asking. A microsecond a row.
    """
    digest = blake2b(state.to_bytes(8, "little"), digest_size=8, key=key.to_bytes(8, "little"))
    return int.from_bytes(digest.digest(), "little")


@lru_cache(maxsize=64)
def _counters(n: int) -> NDArray[np.uint64]:
    return np.arange(1, n + 1, dtype=np.uint64) * np.uint64(_GOLDEN)


def uniforms(state: int, streams: int, n: int) -> NDArray[np.float64]:
    """``(streams, n)``, independent, each strictly between 0 and 1."""
    words = _counters(streams * n) + np.uint64(state)
    words ^= words >> _SHIFT_1
    words *= _FACTOR_1
    words ^= words >> _SHIFT_2
    words *= _FACTOR_2
    words ^= words >> _SHIFT_3
    words >>= _TO_53_BITS
    return ((words + _HALF_STEP) * 2.0**-53).reshape(streams, n)


def bell(u: NDArray[np.float64]) -> NDArray[np.float64]:
    """Uniforms made logistic, scaled to mean 0 and variance 1: bell-shaped, and cheap."""
    logistic: NDArray[np.float64] = np.log(u / (1.0 - u))
    logistic *= 3.0**0.5 / np.pi
    return logistic
