# zoo: wrong
# what: drafts at 0.7 of the temperature, tests with the law at the full one
# caught-by: law
# diagnosis: sharp-drafts
from speculation import Sampler, warp


class This(Sampler):
    def propose(self, gamma):
        drafts, rows = [], []
        for _ in range(gamma):
            logits = self.feed("draft", self.text + drafts)[-1]
            rows.append(self.draft_row(logits))
            drafts.append(self.draw(warp(logits, 0.7 * self.temperature, self.top_p)))
        return drafts, rows


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
