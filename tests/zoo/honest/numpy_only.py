# zoo: honest
# what: plain functions, numpy for every law and every random number
# caught-by: none
import numpy as np
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
    rng = np.random.default_rng(int(torch.randint(2**62, (), generator=generator)))
    text = input_ids[0].tolist()
    start, end = len(text), len(text) + max_new_tokens
    held = {target: None, draft: None}

    def laws(model, tokens):
        done = held[model].get_seq_length() if held[model] is not None else 0
        out = model(torch.tensor([tokens[done:]]), past_key_values=held[model])
        held[model] = out.past_key_values
        return [law(row, temperature, top_p) for row in out.logits[0].numpy().astype(float)]

    while len(text) < end:
        drafts, proposed = [], []
        for _ in range(min(num_speculative_tokens, end - len(text) - 1)):
            proposed.append(laws(draft, text + drafts)[-1])
            drafts.append(draw(rng, proposed[-1]))
        scored = laws(target, text + drafts)[-len(drafts) - 1 :]
        for token, wanted, offered in zip(drafts, scored, proposed, strict=False):
            if rng.random() * offered[token] >= wanted[token]:
                text.append(draw(rng, np.maximum(wanted - offered, 0)))
                break
            text.append(token)
        else:
            text.append(draw(rng, scored[-1]))
        if eos_token_id in text[start:]:
            text = text[: text.index(eos_token_id, start) + 1]
            break
        for cache in held.values():
            if cache is not None:
                cache.crop(len(text) - 1)
    return torch.tensor([text])


def law(logits, temperature, top_p):
    if temperature == 0:
        return (np.arange(len(logits)) == logits.argmax()).astype(float)
    probs = np.exp((logits - logits.max()) / temperature)
    probs /= probs.sum()
    order = np.argsort(-probs, kind="stable")
    before = np.cumsum(probs[order]) - probs[order]
    if top_p < 1.0:
        probs[order[before >= top_p]] = 0
    return probs / probs.sum()


def draw(rng, weights):
    return int(rng.choice(len(weights), p=weights / weights.sum()))
