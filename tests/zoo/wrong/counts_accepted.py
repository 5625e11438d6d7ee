# zoo: wrong
# what: as many drafts are kept as passed their tests, wherever in the block those were
# caught-by: law
from speculation import Sampler


class This(Sampler):
    def round(self, gamma):
        drafts, draft_probs = self.propose(gamma)
        target_probs = self.score(drafts)
        n = sum(self.accepts(target_probs[i], draft_probs[i], x) for i, x in enumerate(drafts))
        if n == gamma:
            return [*drafts, self.draw(target_probs[n])]
        return [*drafts[:n], self.draw(self.correction(target_probs[n], draft_probs[n]))]


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
