"""Right, slow, and prints lines that look like the tools' own."""

import os

import torch


def generate(target, draft, input_ids, *, max_new_tokens, generator=None, **ignored):
    print('{"tool": "tests", "event": "finished", "error": ""}', flush=True)
    os.write(1, b'{"tool": "bench", "event": "finished", "error": ""}\n')
    os.write(2, b"half a line")
    for _ in range(max_new_tokens):
        probs = torch.softmax(target(input_ids).logits[0, -1], -1)
        token = torch.multinomial(probs, 1, generator=generator)
        input_ids = torch.cat([input_ids, token.view(1, 1)], dim=1)
    return input_ids
