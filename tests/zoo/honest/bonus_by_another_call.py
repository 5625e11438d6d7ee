# zoo: honest
# what: scores the last draft in a call of its own, when all before it stood
# caught-by: none
from speculation import Sampler


class This(Sampler):
    def score(self, drafts):
        if not drafts:
            return super().score(drafts)
        return self.target_rows(self.feed("target", self.text + drafts[:-1])[-len(drafts) :])

    def round(self, gamma):
        self.all_drafts = []
        return super().round(gamma)

    def propose(self, gamma):
        self.all_drafts, rows = super().propose(gamma)
        return self.all_drafts, rows

    def bonus(self, target_probs, draft_probs):
        if not self.all_drafts:
            return target_probs[-1]
        return self.target_rows(self.feed("target", self.text + self.all_drafts)[-1])


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
