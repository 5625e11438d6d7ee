# zoo: wrong
# what: drafts among the draft's three most likely tokens, tests with its whole law
# caught-by: law
# diagnosis: sharp-drafts
import torch

from speculation import Sampler


class This(Sampler):
    def propose(self, gamma):
        drafts, rows = [], []
        for _ in range(gamma):
            rows.append(self.draft_row(self.feed("draft", self.text + drafts)[-1]))
            kept = torch.zeros_like(rows[-1]).scatter(-1, *reversed(rows[-1].topk(3)))
            drafts.append(self.draw(kept))
        return drafts, rows


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
