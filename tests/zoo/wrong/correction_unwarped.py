# zoo: wrong
# what: the residual from laws without temperature and top-p
# caught-by: law
# diagnosis: unwarped-correction
from speculation import Sampler, warp


class This(Sampler):
    def warp(self, logits):
        warped = super().warp(logits)
        warped.raw = warp(logits, 1.0 if self.temperature else 0.0, 1.0)
        return warped

    def score(self, drafts):
        rows = super().score(drafts)
        self.raw = iter(rows.raw)
        return rows

    def accepts(self, target, draft, token):
        self.raw_row = next(self.raw)
        return super().accepts(target, draft, token)

    def correction(self, target, draft):
        return super().correction(self.raw_row, draft.raw)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
