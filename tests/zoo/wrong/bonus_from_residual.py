# zoo: wrong
# what: the bonus token from the residual at its prefix, though nothing was rejected
# caught-by: law
# diagnosis: bonus-from-residual
from speculation import Sampler


class This(Sampler):
    def propose(self, gamma):
        self.drafts, rows = super().propose(gamma)
        return self.drafts, rows

    def bonus(self, target_probs, draft_probs):
        if not draft_probs:
            return target_probs[-1]
        draft = self.draft_row(self.feed("draft", self.text + self.drafts)[-1])
        return self.correction(target_probs[-1], draft)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
