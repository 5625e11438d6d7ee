# zoo: honest
# what: the correction by thinning: the target's draws, each kept with 1 - draft/target
# caught-by: none
from speculation import Sampler


class This(Sampler):
    def round(self, gamma):
        drafts, draft_probs = self.propose(gamma)
        target_probs = self.score(drafts)
        for n, token in enumerate(drafts):
            if not self.accepts(target_probs[n], draft_probs[n], token):
                return [*drafts[:n], self.thinned(target_probs[n], draft_probs[n])]
        return [*drafts, self.draw(target_probs[-1])]

    def thinned(self, target, draft):
        while True:
            token = self.draw(target)
            if self.uniform() * target[token] < target[token] - draft[token]:
                return token


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
