# zoo: wrong
# what: off by one: the rejected draft stays, and the correction is put behind it
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

    def gamma(self):
        # Leaves room for the token too many.
        return min(self.num_speculative_tokens, max(self.end - len(self.text) - 2, 0))


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
