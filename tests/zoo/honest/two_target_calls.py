# zoo: honest
# what: a block is verified in two target calls, the second only when the first half stands
# caught-by: none
from speculation import Sampler


class This(Sampler):
    def round(self, gamma):
        drafts, draft_probs = self.propose(gamma)
        target_probs = list(self.score(drafts[: gamma // 2]))
        for n, token in enumerate(drafts):
            if n == gamma // 2:
                rest = self.feed("target", self.text + drafts)[n - gamma :]
                target_probs += list(self.target_rows(rest))
            if not self.accepts(target_probs[n], draft_probs[n], token):
                return [*drafts[:n], self.draw(self.correction(target_probs[n], draft_probs[n]))]
        return [*drafts, self.draw(target_probs[-1])]


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
