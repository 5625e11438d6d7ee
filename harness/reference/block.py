"""Block verification: `speculative.py` with another `verify`, which lets no fewer drafts stand.

Sun et al. 2024 (arXiv:2403.10444). Token verification throws a block away at its first doubtful draft, though
later drafts may make up for it. Here each place of the block has a coin, and the last that comes up says how
many drafts stand. V is the size of the vocabulary.
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
    # The probability that at least n of these drafts stand: what their ratios carry, never more than 1.
    carried = [1.0]
    for target_row, draft_row, x in zip(target_rows, draft_rows, drafts, strict=False):
        carried.append(min(1.0, carried[-1] * float(target_row[x] / draft_row[x])))

    stand, row = 0, target_rows[0]
    draft_rows = [*draft_rows, torch.zeros_like(row)]  # after the last draft nothing is drafted
    for n, (carry, target_row, draft_row) in enumerate(zip(carried, target_rows, draft_rows, strict=True)):
        # What the target has in excess of the draft after n drafts can only come from stopping there.
        excess = (carry * target_row - draft_row).clamp_min(0)
        total = float(excess.sum())
        chance = total / (total + 1 - carry) if total > 0 else 0.0
        if torch.rand((), generator=generator, device=row.device) < chance:
            stand, row = n, excess
    return stand, row


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
