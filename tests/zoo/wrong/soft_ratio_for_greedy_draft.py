# zoo: wrong
# what: drafts the argmax, tests with the softmax
# caught-by: law
# diagnosis: greedy-draft-soft-ratio
from speculation import Sampler


class This(Sampler):
    def propose(self, gamma):
        drafts, rows = [], []
        for _ in range(gamma):
            rows.append(self.draft_row(self.feed("draft", self.text + drafts)[-1]))
            drafts.append(int(rows[-1].argmax()))
        return drafts, rows


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
