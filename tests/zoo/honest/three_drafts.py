# zoo: honest
# what: up to three drafts a place, each tested against what those before left of the target's law
# caught-by: none
from speculation import Sampler


class This(Sampler):
    def round(self, gamma):
        drafts, draft_probs = self.propose(gamma)
        target_probs = self.score(drafts)
        for n, token in enumerate(drafts):
            left = target_probs[n]
            for candidate in (token, self.draw(draft_probs[n]), self.draw(draft_probs[n])):
                if self.accepts(left, draft_probs[n], candidate):
                    break
                left = self.correction(left, draft_probs[n])
            else:
                return [*drafts[:n], self.draw(left)]
            if candidate != token:
                return [*drafts[:n], candidate]
        return [*drafts, self.draw(target_probs[-1])]


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
