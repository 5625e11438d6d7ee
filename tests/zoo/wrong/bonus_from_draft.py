# zoo: wrong
# what: draws the bonus token from the draft
# caught-by: law
# diagnosis: bonus-from-draft
from speculation import Sampler


class This(Sampler):
    def bonus(self, target_probs, draft_probs):
        return self.draft_row(self.feed("draft", self.text + self.drafts)[-1])

    def propose(self, gamma):
        self.drafts, rows = super().propose(gamma)
        return self.drafts, rows


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
