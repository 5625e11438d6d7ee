# zoo: wrong
# what: the ratio has the draft's law without temperature and top-p
# caught-by: law
# budget: full
# diagnosis: unwarped-draft-ratio
from speculation import Sampler, warp


class This(Sampler):
    def propose(self, gamma):
        drafts, rows = [], []
        for _ in range(gamma):
            logits = self.feed("draft", self.text + drafts)[-1]
            rows.append(warp(logits, 1.0 if self.temperature else 0.0, 1.0))
            drafts.append(self.draw(self.warp(logits)))
        return drafts, rows


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
