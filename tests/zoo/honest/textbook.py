# zoo: honest
# what: the textbook, both caches kept and cropped
# caught-by: none
import torch


def warp(logits, temperature, top_p):
    if temperature == 0:
        return torch.nn.functional.one_hot(logits.argmax(-1), logits.shape[-1]).float()
    probs = torch.softmax(logits / temperature, dim=-1)
    if top_p < 1.0:
        falling, order = probs.sort(dim=-1, descending=True)
        falling[falling.cumsum(-1) - falling >= top_p] = 0
        probs = torch.zeros_like(probs).scatter(-1, order, falling)
        probs = probs / probs.sum(-1, keepdim=True)
    return probs


@torch.no_grad()
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
    def draw(probs):
        return int(torch.multinomial(probs, 1, generator=generator))

    text, start = input_ids[0].tolist(), input_ids.shape[1]
    end = start + max_new_tokens
    target_cache = draft_cache = None
    while len(text) < end:
        gamma = min(num_speculative_tokens, end - len(text) - 1)
        drafts, draft_probs = [], []
        for _ in range(gamma):
            done = draft_cache.get_seq_length() if draft_cache is not None else 0
            out = draft(torch.tensor([(text + drafts)[done:]]), past_key_values=draft_cache)
            draft_cache = out.past_key_values
            draft_probs.append(warp(out.logits[0, -1], temperature, top_p))
            drafts.append(draw(draft_probs[-1]))

        done = target_cache.get_seq_length() if target_cache is not None else 0
        out = target(torch.tensor([(text + drafts)[done:]]), past_key_values=target_cache)
        target_cache = out.past_key_values
        target_probs = warp(out.logits[0, -gamma - 1 :], temperature, top_p)

        new = []
        for n, token in enumerate(drafts):
            if torch.rand((), generator=generator) * draft_probs[n][token] >= target_probs[n][token]:
                residual = (target_probs[n] - draft_probs[n]).clamp_min(0)
                new = [*drafts[:n], draw(residual / residual.sum())]
                break
        else:
            new = [*drafts, draw(target_probs[gamma])]
        text += new
        if eos_token_id is not None and eos_token_id in new:
            text = text[: text.index(eos_token_id, start) + 1]
            break
        target_cache.crop(len(text) - 1)
        if draft_cache is not None:
            draft_cache.crop(len(text) - 1)
    return torch.tensor([text])
