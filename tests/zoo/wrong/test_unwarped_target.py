# zoo: wrong
# what: the accept test has the target without temperature and top-p; the correction is right
# caught-by: law
# budget: full
# diagnosis: unwarped-test
from speculation import Sampler, warp


class This(Sampler):
    def score(self, drafts):
        logits = self.feed("target", self.text + drafts)[-len(drafts) - 1 :]
        self.raw = iter(warp(logits, 1.0 if self.temperature else 0.0, 1.0))
        return self.target_rows(logits)

    def accepts(self, target, draft, token):
        return super().accepts(next(self.raw), draft, token)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
