"""Speculative sampling for one sequence, the textbook way: a submission that is right.

Leviathan et al. 2023 (arXiv:2211.17192), algorithm 1. They write p for the target and q for the draft; Chen
et al. 2023 (arXiv:2302.01318) swap the letters. So this file uses neither. It needs nothing but torch.

Shapes: V is the vocabulary size, T the tokens so far, gamma the draft tokens of a block.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Generator, Tensor


class Warped:
    """A model with its cache, giving the task's law instead of logits."""

    def __init__(self, model: Any, temperature: float, top_p: float) -> None:
        self._model = model
        self._temperature = temperature
        self._top_p = top_p
        self._cache: Any = None

    @property
    def length(self) -> int:
        """Positions in the cache."""
        return 0 if self._cache is None else int(self._cache.get_seq_length())

    def feed(self, tokens: Tensor) -> Tensor:
        """Append ``tokens`` ``(n,)``; return the law after each, ``(n, V)``."""
        out = self._model(tokens[None], past_key_values=self._cache)
        self._cache = out.past_key_values
        return warp(out.logits[0], self._temperature, self._top_p)

    def crop(self, length: int) -> None:
        """Forget every position from ``length`` on."""
        if length < self.length:
            self._cache.crop(length)


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
    """Continue ``input_ids`` ``(1, n)`` by the target's law: ``(1, n + new)``, it ends early only in EOS."""
    tokens = input_ids[0]
    end = len(tokens) + max_new_tokens
    warped_target, warped_draft = Warped(target, temperature, top_p), Warped(draft, temperature, top_p)
    while len(tokens) < end:
        # The round adds one token of its own, so more drafts than this could only be thrown away.
        gamma = min(num_speculative_tokens, end - len(tokens) - 1)
        new = speculative_round(warped_target, warped_draft, tokens, gamma, generator)
        stops = (new == eos_token_id).nonzero() if eos_token_id is not None else new[:0]
        if len(stops) > 0:
            return torch.cat([tokens, new[: int(stops[0]) + 1]])[None]
        tokens = torch.cat([tokens, new])
    return tokens[None]


def speculative_round(
    target: Warped, draft: Warped, tokens: Tensor, gamma: int, generator: Generator | None
) -> Tensor:
    """Draft ``gamma`` tokens, verify them in one target call; return 1 to ``gamma + 1`` new tokens.

    On entry and on return each cache holds a prefix of the sequence that lacks its last token.
    """
    T = len(tokens)
    text = tokens
    draft_rows: list[Tensor] = []
    for _ in range(gamma):
        # One token; at first the prompt, and two after a round in which all drafts were accepted.
        draft_rows.append(draft.feed(text[draft.length :])[-1])
        text = torch.cat([text, sample(draft_rows[-1], generator)])
    draft_tokens = text[T:]

    # The target's cache lacks at least the last token, so row -1 - gamma judges the first draft.
    target_probs = target.feed(text[target.length :])[-1 - gamma :]  # (gamma + 1, V)

    n = count_accepted(target_probs, draft_rows, draft_tokens, generator)
    last = target_probs[n] if n == gamma else residual(target_probs[n], draft_rows[n])
    target.crop(T + n)
    # The draft never fed itself its own last token, so after n == gamma it is one short.
    draft.crop(T + n)
    return torch.cat([draft_tokens[:n], sample(last, generator)])


def count_accepted(
    target_probs: Tensor, draft_rows: list[Tensor], draft_tokens: Tensor, generator: Generator | None
) -> int:
    """Length of the accepted prefix, 0 to gamma: token x stands with probability min(1, target / draft)."""
    for n, x in enumerate(draft_tokens.tolist()):
        if torch.rand((), generator=generator) >= target_probs[n, x] / draft_rows[n][x]:
            return n
    return len(draft_tokens)


def residual(target_probs: Tensor, draft_probs: Tensor) -> Tensor:
    """What to draw from after a rejection: ``norm(max(0, target - draft))``, ``(V,)``.

    It is ``target_probs`` itself where the two agree to rounding: a rejection there has probability near 0,
    but 0/0 must not become NaN.
    """
    excess = (target_probs - draft_probs).clamp_min(0)
    total = excess.sum()
    return excess / total if total > 0 else target_probs


def warp(logits: Tensor, temperature: float, top_p: float) -> Tensor:
    """``(n, V)`` probabilities. Temperature 0 is one-hot; top-p keeps the token that crosses."""
    if temperature == 0.0:
        return torch.nn.functional.one_hot(logits.argmax(-1), logits.shape[-1]).float()
    probs = torch.softmax(logits / temperature, -1)
    if top_p >= 1.0:
        return probs
    falling, order = probs.sort(dim=-1, descending=True)
    mass_before = falling.cumsum(-1) - falling
    kept = torch.zeros_like(probs).scatter(-1, order, falling.masked_fill(mass_before >= top_p, 0.0))
    return kept / kept.sum(-1, keepdim=True)


def sample(probs: Tensor, generator: Generator | None) -> Tensor:
    """One token id, ``(1,)``, from ``(V,)``."""
    return torch.multinomial(probs, 1, generator=generator)
