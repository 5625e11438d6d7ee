"""Speculative sampling of one sequence, the textbook way: the target's law, in fewer calls of the target.

Leviathan et al. 2023 (arXiv:2211.17192), algorithm 1. They write p for the target and q for the draft; Chen
et al. 2023 (arXiv:2302.01318) swap the letters, so this file uses neither. V is the size of the vocabulary.
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
    target, draft = Cached(target, temperature, top_p), Cached(draft, temperature, top_p)
    while len(text) < end:
        # A round adds one token of its own: a draft in the last place could only be thrown away.
        gamma = min(num_speculative_tokens, end - len(text) - 1)
        new = speculate(target, draft, text, gamma, generator)
        if eos_token_id in new.tolist():
            return torch.cat([text, new[: new.tolist().index(eos_token_id) + 1]])[None]
        text = torch.cat([text, new])
    return text[None]


def speculate(target: Any, draft: Any, text: Tensor, gamma: int, generator: Generator | None) -> Tensor:
    """Draft ``gamma`` tokens, verify them in one target call: 1 to ``gamma + 1`` new tokens."""
    longer, draft_rows = text, []
    for _ in range(gamma):
        draft_rows.append(draft.feed(longer)[-1])
        longer = torch.cat([longer, torch.multinomial(draft_rows[-1], 1, generator=generator)])
    drafts = longer[len(text) :]
    target_rows = target.feed(longer)[-1 - gamma :]  # one to judge each draft, and one for after them

    stand, row = verify(target_rows, draft_rows, drafts, generator)
    target.crop(len(text) + stand)
    draft.crop(len(text) + stand)
    return torch.cat([drafts[:stand], torch.multinomial(row, 1, generator=generator)])


def verify(
    target_rows: Tensor, draft_rows: list[Tensor], drafts: Tensor, generator: Generator | None
) -> tuple[int, Tensor]:
    """How many drafts stand, and what to draw the next token from: weights ``(V,)``, of any sum."""
    for n, x in enumerate(drafts):
        # A draft stands with probability min(1, target / draft).
        if torch.rand((), generator=generator, device=x.device) >= target_rows[n, x] / draft_rows[n][x]:
            # What the draft says too seldom makes up for it. Rows that agree to rounding leave nothing.
            excess = (target_rows[n] - draft_rows[n]).clamp_min(0)
            return n, excess if excess.sum() > 0 else target_rows[n]
    return len(drafts), target_rows[-1]  # all stand, and this one token more costs nothing


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

    def crop(self, length: int) -> None:
        """Forget all from position ``length`` on. A draft may have read less: it never reads its last."""
        surplus = self.cache.get_seq_length() - length if self.cache is not None else 0
        if surplus > 0:
            self.cache.crop(-surplus)  # in this form every release of transformers takes it


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
