# zoo: honest
# what: the first draft of a block is tested with a row that an earlier call of the target gave
# caught-by: none
import torch

from speculation import Sampler


class This(Sampler):
    def round(self, gamma):
        if not self.caches["target"]:
            self.row = self.target_rows(self.feed("target", self.text)[-1:])
        drafts, draft_probs = self.propose(gamma)
        rows = self.row
        if drafts:
            rows = torch.cat([rows, self.target_rows(self.feed("target", self.text + drafts))])
        new = self.verified(drafts, draft_probs, rows)
        self.caches["target"].crop(len(self.text) + len(new) - 1)
        self.row = self.target_rows(self.feed("target", self.text + new)[-1:])
        return new

    def verified(self, drafts, draft_probs, rows):
        for n, token in enumerate(drafts):
            if not self.accepts(rows[n], draft_probs[n], token):
                return [*drafts[:n], self.draw(self.correction(rows[n], draft_probs[n]))]
        return [*drafts, self.draw(rows[-1])]

    def crop(self):
        if self.caches["draft"]:
            self.caches["draft"].crop(len(self.text) - 1)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
