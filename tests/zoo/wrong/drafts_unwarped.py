# zoo: wrong
# what: drafts are drawn without the temperature and top-p that the test assumes
# caught-by: law
# budget: full
# diagnosis: unwarped-drafts
from speculation import Sampler, warp


class This(Sampler):
    def propose(self, gamma):
        drafts, rows = [], []
        for _ in range(gamma):
            logits = self.feed("draft", self.text + drafts)[-1]
            rows.append(self.draft_row(logits))
            drafts.append(self.draw(warp(logits, 1.0 if self.temperature else 0.0, 1.0)))
        return drafts, rows


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
