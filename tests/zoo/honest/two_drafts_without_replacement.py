# zoo: honest
# what: two different first drafts a round: the second is drawn without the first
# caught-by: none
from speculation import Sampler


class This(Sampler):
    def round(self, gamma):
        drafts, draft_probs = self.propose(gamma)
        target_probs = self.score(drafts)
        if not drafts:
            return [self.draw(target_probs[0])]
        if not self.accepts(target_probs[0], draft_probs[0], drafts[0]):
            left = self.correction(target_probs[0], draft_probs[0])
            return [self.second(left, draft_probs[0], drafts[0])]
        for n in range(1, len(drafts)):
            if not self.accepts(target_probs[n], draft_probs[n], drafts[n]):
                return [*drafts[:n], self.draw(self.correction(target_probs[n], draft_probs[n]))]
        return [*drafts, self.draw(target_probs[-1])]

    def second(self, left, draft, first):
        """``left`` is what the target's law has left once the first draft was turned down."""
        others = draft.clone()
        others[first] = 0
        if others.sum() <= 0:
            return self.draw(left)
        others = others / others.sum()
        token = self.draw(others)
        return token if self.accepts(left, others, token) else self.draw(self.correction(left, others))


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
