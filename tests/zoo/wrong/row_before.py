# zoo: wrong
# what: every token is judged by the target row before its own
# caught-by: law
# diagnosis: row-before
import torch

from speculation import Sampler


class This(Sampler):
    def score(self, drafts):
        logits = self.feed("target", self.text + drafts)
        if not hasattr(self, "last_row"):
            self.last_row = logits[-len(drafts) - 2]
        self.rows = torch.cat([self.last_row[None], logits[-len(drafts) - 1 :]])
        return self.target_rows(self.rows[:-1])

    def crop(self):
        super().crop()
        kept = len(self.text) - self.before - 1
        self.last_row = self.rows[kept]

    def round(self, gamma):
        self.before = len(self.text) - 1
        return super().round(gamma)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
