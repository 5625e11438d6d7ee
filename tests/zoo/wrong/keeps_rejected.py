# zoo: wrong
# what: emits all drafts that pass the test, whether or not one before them failed
# caught-by: law
# diagnosis: unverified
from speculation import Sampler


class This(Sampler):
    def round(self, gamma):
        drafts, draft_probs = self.propose(gamma)
        target_probs = self.score(drafts)
        kept = [x for n, x in enumerate(drafts) if self.accepts(target_probs[n], draft_probs[n], x)]
        return [*kept, self.draw(target_probs[-1])]


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
