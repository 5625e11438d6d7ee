# zoo: honest
# what: one uniform a position, by inverse CDF, for the draft's token and the target's, which goes out
# caught-by: none
import torch

from speculation import Sampler


class This(Sampler):
    def round(self, gamma):
        uniforms = torch.rand(gamma + 1, dtype=torch.float64, generator=self.generator)
        drafts = []
        for n in range(gamma):
            row = self.draft_row(self.feed("draft", self.text + drafts)[-1])
            drafts.append(quantile(row, uniforms[n]))
        new = []
        for row, uniform, draft in zip(self.score(drafts), uniforms, [*drafts, None], strict=True):
            new.append(quantile(row, uniform))
            if new[-1] != draft:
                break
        return new


def quantile(probs, uniform):
    upper = probs.double().cumsum(-1)
    return int(torch.searchsorted(upper, uniform * upper[-1], right=True))


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
