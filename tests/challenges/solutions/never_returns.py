"""Wrong: for eight draft tokens it loops for ever, and swallows exceptions while it does."""

import torch


def generate(
    target, draft, input_ids, *, max_new_tokens, num_speculative_tokens=4, generator=None, **ignored
):
    while num_speculative_tokens == 8:
        try:
            target(input_ids)
        except Exception:
            continue
    for _ in range(max_new_tokens):
        probs = torch.softmax(target(input_ids).logits[0, -1], -1)
        token = torch.multinomial(probs, 1, generator=generator)
        input_ids = torch.cat([input_ids, token.view(1, 1)], dim=1)
    return input_ids
