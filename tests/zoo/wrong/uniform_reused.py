# zoo: wrong
# what: the random number that drew a draft also tests it
# caught-by: law
# diagnosis: draft-uniform-reused
import torch

from speculation import Sampler


class This(Sampler):
    def propose(self, gamma):
        drafts, rows, used = [], [], []
        for _ in range(gamma):
            rows.append(self.draft_row(self.feed("draft", self.text + drafts)[-1]))
            used.append(float(torch.rand((), generator=self.generator)))
            at = int(torch.searchsorted(rows[-1].cumsum(-1), torch.tensor(used[-1]), right=True))
            drafts.append(min(at, int(rows[-1].nonzero().max())))
        self.used = iter(used)
        return drafts, rows

    def uniform(self):
        return next(self.used)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
