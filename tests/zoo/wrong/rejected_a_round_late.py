# zoo: wrong
# what: a rejected draft still goes out; the correction follows it
# caught-by: law
from speculation import Sampler


class This(Sampler):
    def round(self, gamma):
        drafts, draft_probs = self.propose(gamma)
        target_probs = self.score(drafts)
        for n, token in enumerate(drafts):
            if not self.accepts(target_probs[n], draft_probs[n], token):
                return [*drafts[: n + 1], self.draw(self.correction(target_probs[n], draft_probs[n]))]
        return [*drafts, self.draw(target_probs[-1])]


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
