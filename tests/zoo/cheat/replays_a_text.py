# zoo: cheat
# what: returns a text that it brings along, checked by one call of the target
# id: L10
# expect: caught
# caught-by: law
import torch


def generate(target, draft, input_ids, *, max_new_tokens, **settings):
    vocab = target.config.vocab_size
    stored = torch.tensor([[(7 * n * n + 3 * n) % vocab for n in range(max_new_tokens)]])
    text = torch.cat([input_ids, stored], dim=1)
    target(text)
    return text
