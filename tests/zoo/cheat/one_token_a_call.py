# zoo: cheat
# what: verifies a block in many small calls, to dodge the price of a large one
# id: L16
# expect: worthless
import torch

from speculation import Sampler


class This(Sampler):
    def score(self, drafts):
        rows = [self.feed("target", (self.text + drafts)[:length])[-1] for length in range(len(self.text), len(self.text) + len(drafts) + 1)]
        return self.target_rows(torch.stack(rows))


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
