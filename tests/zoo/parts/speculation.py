"""A speculative sampler in steps. A zoo submission that imports it changes one step, so that its file is
short and shows nothing but what is special about it."""

import torch


class Sampler:
    """Right as it stands. One instance is one generation."""

    def __init__(
        self,
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
        self.models = {"target": target, "draft": draft}
        self.caches = {"target": None, "draft": None}
        self.text, self.start = input_ids[0].tolist(), input_ids.shape[1]
        self.end = self.start + max_new_tokens
        self.num_speculative_tokens = num_speculative_tokens
        self.temperature, self.top_p = temperature, top_p
        self.eos, self.generator = eos_token_id, generator

    @torch.no_grad()
    def run(self):
        while len(self.text) < self.end:
            new = self.round(min(self.gamma(), self.end - len(self.text) - 1))
            self.text += new
            if self.ends(new):
                break
            self.crop()
        return self.result()

    def result(self):
        return torch.tensor([self.text])

    def gamma(self):
        return self.num_speculative_tokens

    def ends(self, new):
        if self.eos is None or self.eos not in new:
            return False
        self.text = self.text[: self.text.index(self.eos, self.start) + 1]
        return True

    def crop(self):
        for cache in self.caches.values():
            if cache is not None:
                cache.crop(len(self.text) - 1)

    def round(self, gamma):
        drafts, draft_probs = self.propose(gamma)
        target_probs = self.score(drafts)
        for n, token in enumerate(drafts):
            if not self.accepts(target_probs[n], draft_probs[n], token):
                return [*drafts[:n], self.draw(self.correction(target_probs[n], draft_probs[n]))]
        return [*drafts, self.draw(self.bonus(target_probs, draft_probs))]

    def propose(self, gamma):
        drafts, rows = [], []
        for _ in range(gamma):
            rows.append(self.draft_row(self.feed("draft", self.text + drafts)[-1]))
            drafts.append(self.draw(rows[-1]))
        return drafts, rows

    def score(self, drafts):
        return self.target_rows(self.feed("target", self.text + drafts)[-len(drafts) - 1 :])

    def feed(self, model, tokens):
        cache = self.caches[model]
        done = cache.get_seq_length() if cache is not None else 0
        out = self.models[model](torch.tensor([tokens[done:]]), past_key_values=cache)
        self.caches[model] = out.past_key_values
        return out.logits[0]

    def draft_row(self, logits):
        return self.warp(logits)

    def target_rows(self, logits):
        return self.warp(logits)

    def accepts(self, target, draft, token):
        return bool(self.uniform() * draft[token] < target[token])

    def correction(self, target, draft):
        residual = (target - draft).clamp_min(0)
        return residual / residual.sum() if residual.sum() > 0 else target

    def bonus(self, target_probs, draft_probs):
        return target_probs[-1]

    def uniform(self):
        return torch.rand((), generator=self.generator)

    def draw(self, probs):
        return int(torch.multinomial(probs, 1, generator=self.generator))

    def warp(self, logits):
        return warp(logits, self.temperature, self.top_p)


def warp(logits, temperature, top_p):
    if temperature == 0:
        return torch.nn.functional.one_hot(logits.argmax(-1), logits.shape[-1]).to(logits.dtype)
    probs = torch.softmax(logits / temperature, dim=-1)
    return trim(probs, top_p) if top_p < 1.0 else probs


def trim(probs, top_p, scale=True):
    falling, order = probs.sort(dim=-1, descending=True)
    falling[falling.cumsum(-1) - falling >= top_p] = 0
    probs = torch.zeros_like(probs).scatter(-1, order, falling)
    return probs / probs.sum(-1, keepdim=True) if scale else probs


def one_hot(token, like):
    row = torch.zeros_like(like)
    row[token] = 1.0
    return row
