"""Plain decoding: the target alone, one token a call. The baseline that speculation has to beat, and right.

A submission like `speculative.py`, so that both can be timed through the same door. The draft is never asked.
"""

from typing import Any

import torch
from torch import Generator, Tensor


@torch.no_grad()
def generate(
    target: Any,
    draft: Any,
    input_ids: Tensor,
    *,
    max_new_tokens: int,
    num_speculative_tokens: int = 4,
    temperature: float = 1.0,
    top_p: float = 1.0,
    eos_token_id: int | None = None,
    generator: Generator | None = None,
) -> Tensor:
    """Continue ``input_ids`` ``(1, n)`` by the target's law: ``(1, n + new)``. Only an EOS ends it early."""
    text = input_ids[0]
    end = len(text) + max_new_tokens
    cached = Cached(target, temperature, top_p)
    while len(text) < end:
        row = cached.feed(text)[-1]
        text = torch.cat([text, torch.multinomial(row, 1, generator=generator)])
        if text[-1] == eos_token_id:
            break
    return text[None]


class Cached:
    """A model that remembers what it has read, and gives the task's law instead of logits."""

    def __init__(self, model: Any, temperature: float, top_p: float) -> None:
        self.model, self.temperature, self.top_p = model, temperature, top_p
        self.cache: Any = None

    def feed(self, text: Tensor) -> Tensor:
        """Feed what the cache lacks of ``text``; the law after each fed token, ``(fed, V)``."""
        known = self.cache.get_seq_length() if self.cache is not None else 0
        out = self.model(text[None, known:], past_key_values=self.cache)
        self.cache = out.past_key_values
        return warp(out.logits[0], self.temperature, self.top_p)


def warp(logits: Tensor, temperature: float, top_p: float) -> Tensor:
    """Logits ``(n, V)`` to laws. Temperature 0 is one-hot; top-p keeps the token that crosses."""
    if temperature == 0:
        return torch.nn.functional.one_hot(logits.argmax(-1), logits.shape[-1]).float()
    probs = torch.softmax(logits / temperature, -1)
    if top_p < 1:
        falling, order = probs.sort(descending=True)
        mass_before = falling.cumsum(-1) - falling
        probs = torch.zeros_like(probs).scatter(-1, order, falling.masked_fill(mass_before >= top_p, 0))
        probs = probs / probs.sum(-1, keepdim=True)
    return probs
