# zoo: wrong
# what: a second first draft is tested against the target, not against what the first left of it
# caught-by: law
from speculation import Sampler


class This(Sampler):
    def round(self, gamma):
        drafts, draft_probs = self.propose(gamma)
        target_probs = self.score(drafts)
        for n, token in enumerate(drafts):
            if self.accepts(target_probs[n], draft_probs[n], token):
                continue
            second = self.draw(draft_probs[n])
            if n == 0 and self.accepts(target_probs[n], draft_probs[n], second):
                return [second]
            return [*drafts[:n], self.draw(self.correction(target_probs[n], draft_probs[n]))]
        return [*drafts, self.draw(target_probs[-1])]


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
