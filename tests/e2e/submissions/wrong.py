"""Speculative sampling with a common mistake: after a rejection it draws from the target."""

import torch


def warp(logits, temperature, top_p):
    """(V,) logits to (V,) probabilities."""
    if temperature == 0:
        return torch.nn.functional.one_hot(logits.argmax(-1), logits.shape[-1]).float()
    probs = torch.softmax(logits / temperature, dim=-1)
    if top_p < 1:
        ranked, order = probs.sort(descending=True)
        drop = ranked.cumsum(-1) - ranked >= top_p
        ranked[drop] = 0
        probs = torch.zeros_like(probs).scatter(0, order, ranked)
        probs = probs / probs.sum()
    return probs


def draw(probs, generator):
    return int(torch.multinomial(probs, 1, generator=generator))


def feed(model, cache, tokens):
    out = model(torch.tensor([tokens]), past_key_values=cache)
    return out.logits[0], out.past_key_values


def generate(target, draft, input_ids, *, max_new_tokens, num_speculative_tokens=4, temperature=1.0, top_p=1.0,
             eos_token_id=None, generator=None):
    text = input_ids[0].tolist()
    end = len(text) + max_new_tokens
    target_cache = draft_cache = None
    target_seen = draft_seen = 0

    while len(text) < end:
        gamma = min(num_speculative_tokens, end - len(text) - 1)
        drafted, draft_probs = [], []
        for _ in range(gamma):
            rows, draft_cache = feed(draft, draft_cache, (text + drafted)[draft_seen:])
            draft_seen = len(text) + len(drafted)
            draft_probs.append(warp(rows[-1], temperature, top_p))
            drafted.append(draw(draft_probs[-1], generator))

        rows, target_cache = feed(target, target_cache, (text + drafted)[target_seen:])
        target_probs = [warp(row, temperature, top_p) for row in rows[-(gamma + 1):]]

        accepted = 0
        for token, t, d in zip(drafted, target_probs, draft_probs):
            if torch.rand((), generator=generator) * d[token] >= t[token]:
                break
            accepted += 1
        if accepted == gamma:
            last = draw(target_probs[gamma], generator)
        else:
            residual = target_probs[accepted]  # the bug: the draft's share is not taken off
            last = draw(residual / residual.sum(), generator)

        kept = len(text) + accepted
        for token in [*drafted[:accepted], last]:
            text.append(token)
            if token == eos_token_id:
                return torch.tensor([text])
        target_cache.crop(kept)
        target_seen = kept
        if draft_cache is not None:
            draft_seen = min(kept, draft_seen)
            draft_cache.crop(draft_seen)
    return torch.tensor([text])
