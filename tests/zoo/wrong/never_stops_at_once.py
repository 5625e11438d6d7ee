# zoo: wrong
# what: EOS is not allowed as the first new token, on either model
# caught-by: law
# diagnosis: eos-suppressed
# budget: full
from speculation import Sampler, warp


class This(Sampler):
    def warp(self, logits):
        if len(self.text) == self.start and self.eos is not None:
            first = logits if logits.ndim == 1 else logits[0]
            first[self.eos] = -1e9
        return super().warp(logits)

    def propose(self, gamma):
        # Of a block only the first draft is the first new token.
        drafts, rows = [], []
        for _ in range(gamma):
            logits = self.feed("draft", self.text + drafts)[-1]
            rows.append(warp(logits, self.temperature, self.top_p) if drafts else self.warp(logits))
            drafts.append(self.draw(rows[-1]))
        return drafts, rows


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
