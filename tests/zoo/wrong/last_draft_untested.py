# zoo: wrong
# what: the loop over a block stops one early, so its last draft always stands
# caught-by: law
# diagnosis: last-draft-unverified
from speculation import Sampler


class This(Sampler):
    def round(self, gamma):
        drafts, draft_probs = self.propose(gamma)
        target_probs = self.score(drafts)
        for n, token in enumerate(drafts[:-1]):
            if not self.accepts(target_probs[n], draft_probs[n], token):
                return [*drafts[:n], self.draw(self.correction(target_probs[n], draft_probs[n]))]
        return [*drafts, self.draw(target_probs[-1])]


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
