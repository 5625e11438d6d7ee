"""The practice pairs: a target and a draft to write and measure `generate` with.

    target, draft = load_pair()
    account = measure(generate, prompt, max_new_tokens=64, num_speculative_tokens=4)

    target, draft = load_pair("text")
    print(decode(generate(target, draft, encode("def main():"), max_new_tokens=64)))

The *exact* pair is for numbers: what a right `generate` does on it can be calculated, so tests and bench use
it. The *text* pair is for reading: two small trained models, to see what `generate` writes, and how fast.

The pairs that a submission is judged on are of the exact one's make with other settings, so nothing learnt
about its tokens carries over; what is learnt about the method does.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np
import torch
from text_pair import decode, encode, text_pair

from pairs.accounting import Account, account
from pairs.analytic import Pair, PairSpec, make_pair
from pairs.context import rows_along
from pairs.economy import Path, path
from pairs.ledger import Call
from pairs.pair import ModelPair
from pairs.prices import MEMORY_BOUND, PriceList
from pairs.torch_api import CausalLM, causal_lms
from pairs.warp import warp

__all__ = ["decode", "encode", "load_pair", "measure", "play"]

PairName = Literal["exact", "text"]

PRACTICE = PairSpec(name="practice", seed=20_240_117, vocab_size=64, acceptance=0.75)

PROMPTS = (
    (3, 14, 15, 9, 26, 53),
    (27, 18, 28, 18, 28),
    (61, 8, 0, 33),
    (14, 14, 21, 35, 62, 37, 30, 9),
    (44, 5, 19),
    (7, 60, 2, 2, 51, 16, 40),
)
"""Prompts of the bench."""


class BadText(Exception):
    """`generate` returned something that can't be counted; the text says what and what is wanted."""


def load_pair(name: PairName = "exact") -> tuple[CausalLM, CausalLM]:
    """A fresh target and draft. Any two calls give models with the same distributions.

    Raises:
        NoTextPair: there is no text pair here.
    """
    return causal_lms(_pair(name), _Forget())


@dataclass(frozen=True)
class Generation:
    """One run of ``generate``: what it wrote, and every call that it made for it."""

    calls: tuple[Call, ...]
    prompt: tuple[int, ...]
    tokens: tuple[int, ...]
    """New tokens only."""
    seconds: float
    """Time that it took, of the wall's clock."""
    pair: PairName = "exact"

    def account(self, prices: PriceList = MEMORY_BOUND) -> Account:
        return account(self.calls, self.prompt, self.tokens, prices)

    def path(self) -> Path:
        """The text as far as its cost goes, sampled at temperature 1: what a textbook sampler would pay."""
        pair, at = _pair(self.pair), np.arange(len(self.tokens))
        text = (*self.prompt, *self.tokens)
        rows = np.array([rows_along(model, text) for model in (pair.target, pair.draft)])
        probs = warp(rows[:, len(self.prompt) - 1 : -1], temperature=1.0, top_p=1.0)
        return path(len(self.prompt), probs[:, at, list(self.tokens)].T)


def measure(
    generate: Callable[..., torch.Tensor], prompt: torch.Tensor, pair: PairName = "exact", **settings: Any
) -> Account:
    """Run ``generate`` once on a practice pair and account for the calls that it made. See `play`."""
    return play(generate, prompt, pair, **settings).account()


def play(
    generate: Callable[..., torch.Tensor], prompt: torch.Tensor, pair: PairName = "exact", **settings: Any
) -> Generation:
    """Run ``generate`` once on a practice pair.

    Args:
        generate: the function to measure.
        prompt: ``(1, n)`` int64.
        settings: handed to ``generate`` as they are.

    Raises:
        BadText: the result isn't ``(1, n + new)`` int64 ids of the vocabulary, prompt first.
    """
    ledger: list[Call] = []
    models = _pair(pair)
    target, draft = causal_lms(models, ledger)
    began = time.perf_counter()
    text = generate(target, draft, prompt.clone(), **settings)
    seconds = time.perf_counter() - began
    length = prompt.shape[1]
    shape = tuple(getattr(text, "shape", ()))
    if not isinstance(text, torch.Tensor) or len(shape) != 2 or shape[0] != 1 or shape[1] < length:
        raise BadText(f"generate returned {describe(text)}; want a tensor (1, prompt + new), prompt included")
    if not torch.equal(text[:, :length], prompt):
        raise BadText("the text that generate returned doesn't begin with the prompt")
    tokens = text[0, length:].tolist()
    if text.dtype != torch.int64 or not all(0 <= token < models.vocab_size for token in tokens):
        last = models.vocab_size - 1
        raise BadText(f"generate returned {describe(text)}; want int64 ids, all from 0 to {last}")
    return Generation(
        calls=tuple(ledger),
        prompt=tuple(prompt[0].tolist()),
        tokens=tuple(tokens),
        seconds=seconds,
        pair=pair,
    )


@lru_cache(maxsize=1)
def practice_pair() -> Pair:
    """The exact pair, with its logits at every prefix."""
    return make_pair(PRACTICE)


def _pair(name: PairName) -> ModelPair:
    if name not in ("exact", "text"):
        raise ValueError(f"there is no pair {name!r}; want 'exact' or 'text'")
    return practice_pair() if name == "exact" else text_pair()


def describe(value: object) -> str:
    """A value in a few words, for messages."""
    if isinstance(value, torch.Tensor):
        return f"a tensor of shape {tuple(value.shape)}, {value.dtype}"
    return "None (is a return missing?)" if value is None else f"a {type(value).__name__}"


class _Forget(list[Call]):
    """A ledger that keeps nothing: a long session at the keyboard must not fill memory."""

    def append(self, call: Call) -> None:
        pass
