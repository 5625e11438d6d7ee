# zoo: wrong
# what: drafts again after a rejection, until something stands
# caught-by: law
# diagnosis: correct-never
from speculation import Sampler


class This(Sampler):
    def round(self, gamma):
        if gamma == 0:
            return super().round(0)
        for _ in range(5):
            drafts, draft_probs = self.propose(gamma)
            target_probs = self.score(drafts)
            n = 0
            while n < gamma and self.accepts(target_probs[n], draft_probs[n], drafts[n]):
                n += 1
            if n:
                return drafts[:n]
            self.crop()
        return [self.draw(self.correction(target_probs[0], draft_probs[0]))]


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
