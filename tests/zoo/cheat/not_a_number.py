# zoo: cheat
# what: returns NaN for tokens
# id: G17
# expect: bad result
import torch


def generate(target, draft, input_ids, *, max_new_tokens, **settings):
    return torch.cat([input_ids.double(), torch.full((1, max_new_tokens), float("nan"), dtype=torch.double)], dim=1)
