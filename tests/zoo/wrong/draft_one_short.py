# zoo: wrong
# what: after a full block the last draft is never fed to the draft, so its cache lacks it from then on
# caught-by: cache
import torch

from speculation import Sampler


class This(Sampler):
    def propose(self, gamma):
        cache, feed = self.caches["draft"], self.text if self.caches["draft"] is None else self.text[-1:]
        drafts, rows = [], []
        for _ in range(gamma):
            out = self.models["draft"](torch.tensor([feed]), past_key_values=cache)
            cache = self.caches["draft"] = out.past_key_values
            rows.append(self.draft_row(out.logits[0, -1]))
            drafts.append(self.draw(rows[-1]))
            feed = drafts[-1:]
        return drafts, rows

    def round(self, gamma):
        new = super().round(gamma)
        self.surplus = max(gamma - len(new), 0)
        return new

    def crop(self):
        self.caches["target"].crop(len(self.text) - 1)
        if self.caches["draft"] is not None and self.surplus:
            self.caches["draft"].crop(-self.surplus)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
