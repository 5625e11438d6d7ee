# zoo: wrong
# what: a block in which one draft fails is thrown away, and one token drawn from the target
# caught-by: law
from speculation import Sampler


class This(Sampler):
    def round(self, gamma):
        drafts, draft_probs = self.propose(gamma)
        target_probs = self.score(drafts)
        tests = [self.accepts(target_probs[n], draft_probs[n], token) for n, token in enumerate(drafts)]
        if all(tests):
            return [*drafts, self.draw(target_probs[-1])]
        return [self.draw(target_probs[0])]


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
