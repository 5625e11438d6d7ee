# zoo: wrong
# what: a token that was accepted last in a full block goes out twice, instead of a bonus token
# caught-by: law
# diagnosis: repeats
from speculation import Sampler


class This(Sampler):
    def round(self, gamma):
        drafts, draft_probs = self.propose(gamma)
        target_probs = self.score(drafts)
        for n, token in enumerate(drafts):
            if not self.accepts(target_probs[n], draft_probs[n], token):
                return [*drafts[:n], self.draw(self.correction(target_probs[n], draft_probs[n]))]
        return [*drafts, drafts[-1] if drafts else self.draw(target_probs[-1])]


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
