# zoo: wrong
# what: the residual is made of the rows behind the rejected draft
# caught-by: law
# diagnosis: correct-with-next-row
from speculation import Sampler


class This(Sampler):
    def round(self, gamma):
        drafts, draft_probs = self.propose(gamma)
        target_probs = self.score(drafts)
        for n, token in enumerate(drafts):
            if not self.accepts(target_probs[n], draft_probs[n], token):
                behind = min(n + 1, gamma - 1)
                return [*drafts[:n], self.draw(self.correction(target_probs[behind], draft_probs[behind]))]
        return [*drafts, self.draw(target_probs[-1])]


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
