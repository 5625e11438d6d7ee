# zoo: honest
# what: an object with __call__ that keeps a generator of its own, split off the one it is given
# caught-by: none
import torch

from speculation import warp


class Decoder:
    def __call__(
        self, target, draft, input_ids, *, max_new_tokens, num_speculative_tokens=4,
        temperature=1.0, top_p=1.0, eos_token_id=None, generator=None,
    ):
        self.random = torch.Generator().manual_seed(int(torch.randint(2**62, (), generator=generator)))
        self.law = lambda logits: warp(logits, temperature, top_p)
        self.held = {target: None, draft: None}
        text, end = input_ids[0].tolist(), input_ids.shape[1] + max_new_tokens
        for block in self.blocks(target, draft, text, end, num_speculative_tokens):
            if eos_token_id in block:
                text += block[: block.index(eos_token_id) + 1]
                break
            text += block
        return torch.tensor([text])

    def blocks(self, target, draft, text, end, gamma):
        while len(text) < end:
            for held in self.held.values():
                if held is not None:
                    held.crop(len(text) - 1)
            yield self.block(target, draft, text, min(gamma, end - len(text) - 1))

    def block(self, target, draft, text, gamma):
        drafts, offered = [], []
        for _ in range(gamma):
            offered.append(self.rows(draft, text + drafts)[-1])
            drafts.append(self.draw(offered[-1]))
        wanted = self.rows(target, text + drafts)[-gamma - 1 :]
        for n, token in enumerate(drafts):
            if torch.rand((), generator=self.random) * offered[n][token] >= wanted[n][token]:
                rest = (wanted[n] - offered[n]).clamp_min(0)
                return [*drafts[:n], self.draw(rest / rest.sum())]
        return [*drafts, self.draw(wanted[-1])]

    def rows(self, model, tokens):
        held = self.held[model]
        out = model(torch.tensor([tokens[len(held) if held is not None else 0 :]]), past_key_values=held)
        self.held[model] = out.past_key_values
        return self.law(out.logits[0])

    def draw(self, law):
        return int(torch.multinomial(law, 1, generator=self.random))


generate = Decoder()
