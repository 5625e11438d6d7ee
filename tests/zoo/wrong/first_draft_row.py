# zoo: wrong
# what: reads the first row of the draft's logits where it wants the last
# caught-by: law
from speculation import Sampler


class This(Sampler):
    def propose(self, gamma):
        drafts, rows = [], []
        for _ in range(gamma):
            logits = self.feed("draft", self.text + drafts)
            rows.append(self.draft_row(logits[0]))
            drafts.append(self.draw(self.draft_row(logits[-1])))
        return drafts, rows


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
