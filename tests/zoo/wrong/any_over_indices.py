# zoo: wrong
# what: asks any() of the list of rejected indices, so that a rejection at index 0 alone is none
# caught-by: law
# diagnosis: first-draft-unverified
from speculation import Sampler


class This(Sampler):
    def round(self, gamma):
        drafts, draft_probs = self.propose(gamma)
        target_probs = self.score(drafts)
        rejected = [n for n, x in enumerate(drafts) if not self.accepts(target_probs[n], draft_probs[n], x)]
        if not any(rejected):
            return [*drafts, self.draw(self.bonus(target_probs, draft_probs))]
        n = rejected[0]
        return [*drafts[:n], self.draw(self.correction(target_probs[n], draft_probs[n]))]


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
