# zoo: wrong
# what: the random number that turned a draft down draws the correction too, by inverse CDF
# caught-by: law
# budget: full
# diagnosis: test-uniform-corrects
import torch

from speculation import Sampler


class This(Sampler):
    def uniform(self):
        self.last = super().uniform()
        return self.last

    def round(self, gamma):
        drafts, draft_probs = self.propose(gamma)
        target_probs = self.score(drafts)
        for n, token in enumerate(drafts):
            if not self.accepts(target_probs[n], draft_probs[n], token):
                upper = self.correction(target_probs[n], draft_probs[n]).double().cumsum(-1)
                return [*drafts[:n], int(torch.searchsorted(upper, self.last * upper[-1], right=True))]
        return [*drafts, self.draw(target_probs[-1])]


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
