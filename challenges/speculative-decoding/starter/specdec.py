"""Speculative decoding: the text of `target`, in fewer calls of it."""

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
    """Continue ``input_ids`` so that every new token follows the target's distribution.

    This version asks the target alone, one token a call. It is right; make it fast, and keep it right.

    Args:
        target: model whose distribution counts. ``target(ids, past_key_values=cache)`` gives
            ``.logits`` ``(1, n, V)`` float32, one row for each token fed, and ``.past_key_values``.
        draft: cheaper model with the same vocabulary and the same call.
        input_ids: prompt, ``(1, prompt)`` int64.
        max_new_tokens: tokens to add; fewer only if the text ends in ``eos_token_id``.
        num_speculative_tokens: draft tokens in a round (gamma).
        temperature: 0 means greedy.
        top_p: nucleus; 1.0 keeps all tokens.
        eos_token_id: last token of a text, or None.
        generator: source of every random number, or None for torch's own.

    Returns:
        ``(1, prompt + new)`` int64, prompt included.
    """
    ids = input_ids
    cache = None
    for _ in range(max_new_tokens):
        unseen = ids if cache is None else ids[:, -1:]
        out = target(unseen, past_key_values=cache)
        cache = out.past_key_values
        probs = probabilities(out.logits[0, -1], temperature, top_p)
        token = torch.multinomial(probs, 1, generator=generator)
        ids = torch.cat([ids, token.view(1, 1)], dim=1)
        if token.item() == eos_token_id:
            break
    return ids


def probabilities(logits, temperature, top_p):
    """Next-token distribution after temperature and top-p.

    Args:
        logits: ``(V,)`` or ``(n, V)`` float32.

    Returns:
        The same shape, each row summing to 1.
    """
    if temperature == 0:
        return torch.nn.functional.one_hot(logits.argmax(-1), logits.shape[-1]).float()
    probs = torch.softmax(logits / temperature, dim=-1)
    if top_p < 1.0:
        ordered, order = probs.sort(dim=-1, descending=True)
        mass_before = ordered.cumsum(-1) - ordered
        ordered = ordered.masked_fill(mass_before >= top_p, 0.0)
        probs = torch.zeros_like(probs).scatter(-1, order, ordered)
        probs = probs / probs.sum(-1, keepdim=True)
    return probs
