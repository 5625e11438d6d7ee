"""Keeps the law, and throws the bonus token away: right and a little slow. No caches."""

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
    ids, end = input_ids, input_ids.shape[1] + max_new_tokens
    while ids.shape[1] < end:
        start = ids.shape[1]
        drafted, draft_rows = ids, []
        for _ in range(min(max(num_speculative_tokens, 1), end - start)):
            draft_rows.append(probabilities(draft(drafted).logits[0, -1], temperature, top_p))
            drafted = torch.cat([drafted, sample(draft_rows[-1], generator)], dim=1)
        target_rows = probabilities(target(drafted).logits[0, start - 1 : -1], temperature, top_p)
        for place, (target_probs, draft_probs) in enumerate(zip(target_rows, draft_rows, strict=True)):
            token = drafted[:, start + place].view(1, 1)
            kept = torch.rand((), generator=generator) * draft_probs[token] < target_probs[token]
            if not kept:
                excess = (target_probs - draft_probs).clamp_min(0)
                token = sample(excess if excess.sum() > 0 else target_probs, generator)
            ids = torch.cat([ids, token], dim=1)
            if token.item() == eos_token_id:
                return ids
            if not kept:
                break
    return ids


def sample(probs, generator):
    return torch.multinomial(probs, 1, generator=generator).view(1, 1)


def probabilities(logits, temperature, top_p):
    if temperature == 0:
        return torch.nn.functional.one_hot(logits.argmax(-1), logits.shape[-1]).float()
    probs = torch.softmax(logits / temperature, dim=-1)
    ordered, order = probs.sort(dim=-1, descending=True)
    ordered = ordered.masked_fill(ordered.cumsum(-1) - ordered >= top_p, 0.0)
    probs = torch.zeros_like(probs).scatter(-1, order, ordered)
    return probs / probs.sum(-1, keepdim=True)
