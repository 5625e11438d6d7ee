# zoo: honest
# what: two first drafts a round, tried in turn, each with a target call of its own
# caught-by: none
from speculation import Sampler


class This(Sampler):
    def round(self, gamma):
        drafts, draft_probs = self.propose(gamma)
        target_probs = self.score(drafts)
        if not drafts:
            return [self.draw(target_probs[0])]
        if not self.accepts(target_probs[0], draft_probs[0], drafts[0]):
            return self.second_chance(self.correction(target_probs[0], draft_probs[0]), draft_probs[0], gamma)
        for n in range(1, len(drafts)):
            if not self.accepts(target_probs[n], draft_probs[n], drafts[n]):
                return [*drafts[:n], self.draw(self.correction(target_probs[n], draft_probs[n]))]
        return [*drafts, self.draw(target_probs[-1])]

    def second_chance(self, left, draft, gamma):
        """``left`` is what the target's law has left once the first draft was turned down."""
        token = self.draw(draft)
        if not self.accepts(left, draft, token):
            return [self.draw(self.correction(left, draft))]
        if token == self.eos:
            return [token]
        self.crop()
        self.text.append(token)
        return super().round(gamma - 1)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
