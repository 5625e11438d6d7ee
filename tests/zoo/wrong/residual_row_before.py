# zoo: wrong
# what: the residual takes off the draft's row of the position before
# caught-by: law
# diagnosis: correct-with-row-before
from speculation import Sampler


class This(Sampler):
    def round(self, gamma):
        drafts, draft_probs = self.propose(gamma)
        target_probs = self.score(drafts)
        for n, token in enumerate(drafts):
            if not self.accepts(target_probs[n], draft_probs[n], token):
                return [*drafts[:n], self.draw(self.correction(target_probs[n], draft_probs[max(n - 1, 0)]))]
        return [*drafts, self.draw(target_probs[-1])]


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
