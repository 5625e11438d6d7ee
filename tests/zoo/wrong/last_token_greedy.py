# zoo: wrong
# what: the last token that is asked for is the target's argmax
# caught-by: law
# diagnosis: last-token-by-argmax
from speculation import Sampler


class This(Sampler):
    def round(self, gamma):
        drafts, draft_probs = self.propose(gamma)
        target_probs = self.score(drafts)
        for n, token in enumerate(drafts):
            if not self.accepts(target_probs[n], draft_probs[n], token):
                law = self.correction(target_probs[n], draft_probs[n])
                return [*drafts[:n], self.next(n, law, target_probs)]
        return [*drafts, self.next(len(drafts), target_probs[-1], target_probs)]

    def next(self, n, law, target_probs):
        last = len(self.text) + n + 1 == self.end
        return int(target_probs[n].argmax()) if last else self.draw(law)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
