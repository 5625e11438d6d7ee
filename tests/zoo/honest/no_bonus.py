# zoo: honest
# what: throws the bonus token away
# caught-by: none
from speculation import Sampler


class This(Sampler):
    def round(self, gamma):
        drafts, draft_probs = self.propose(max(gamma, 1))
        target_probs = self.score(drafts)
        for n, token in enumerate(drafts):
            if not self.accepts(target_probs[n], draft_probs[n], token):
                return [*drafts[:n], self.draw(self.correction(target_probs[n], draft_probs[n]))]
        return drafts


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
