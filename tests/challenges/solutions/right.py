"""A right solution: the method of the brief, with both caches reused and cropped.

Leviathan et al. 2023 (arXiv:2211.17192), algorithm 1.
"""

import torch


def generate(
    target,
    draft,
    input_ids,
    *,
    max_new_tokens,
    num_speculative_tokens=4,
    temperature=1.0,
    top_p=1.0,
    eos_token_id=None,
    generator=None,
):
    ids, target_cache, draft_cache = input_ids, None, None
    end = input_ids.shape[1] + max_new_tokens
    while ids.shape[1] < end:
        # One token of the round comes from the target, so more drafts than this would be thrown away.
        block = min(num_speculative_tokens, end - ids.shape[1] - 1)
        drafted, draft_rows = ids, []
        for _ in range(block):
            logits, draft_cache = fed(draft, drafted, draft_cache)
            draft_rows.append(probabilities(logits[-1], temperature, top_p))
            drafted = torch.cat([drafted, sample(draft_rows[-1], generator)], dim=1)
        logits, target_cache = fed(target, drafted, target_cache)
        target_rows = probabilities(logits[-(block + 1) :], temperature, top_p)

        kept, last = 0, None
        for target_probs, draft_probs in zip(target_rows, draft_rows, strict=False):
            token = drafted[0, ids.shape[1] + kept]
            if torch.rand((), generator=generator) * draft_probs[token] >= target_probs[token]:
                last = sample(residual(target_probs, draft_probs), generator)
                break
            kept += 1
        if last is None:
            last = sample(target_rows[-1], generator)

        start = ids.shape[1]
        ids = torch.cat([drafted[:, : start + kept], last], dim=1)
        if eos_token_id is not None and eos_token_id in ids[0, start:]:
            stop = ids[0, start:].tolist().index(eos_token_id) + 1
            return ids[:, : start + stop]
        for cache in (target_cache, draft_cache):
            if cache is not None:
                cache.crop(ids.shape[1] - 1)
    return ids


def fed(model, ids, cache):
    """Rows ``(n, V)`` of the tokens that the cache does not hold yet, and the cache."""
    held = 0 if cache is None else cache.get_seq_length()
    out = model(ids[:, held:], past_key_values=cache)
    return out.logits[0], out.past_key_values


def residual(target_probs, draft_probs):
    excess = (target_probs - draft_probs).clamp_min(0)
    total = excess.sum()
    return excess / total if total > 0 else target_probs


def sample(probs, generator):
    return torch.multinomial(probs, 1, generator=generator).view(1, 1)


def probabilities(logits, temperature, top_p):
    if temperature == 0:
        return torch.nn.functional.one_hot(logits.argmax(-1), logits.shape[-1]).float()
    probs = torch.softmax(logits / temperature, dim=-1)
    if top_p < 1.0:
        ordered, order = probs.sort(dim=-1, descending=True)
        ordered = ordered.masked_fill(ordered.cumsum(-1) - ordered >= top_p, 0.0)
        probs = torch.zeros_like(probs).scatter(-1, order, ordered)
        probs = probs / probs.sum(-1, keepdim=True)
    return probs
