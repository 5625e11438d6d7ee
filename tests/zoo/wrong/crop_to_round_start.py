# zoo: wrong
# what: when more than one draft falls, the target's cache goes back to where the round began
# caught-by: law
# diagnosis: stale-cache
import torch

from speculation import Sampler


class This(Sampler):
    def round(self, gamma):
        self.began, self.gamma_now = len(self.text), gamma
        return super().round(gamma)

    def crop(self):
        super().crop()
        if self.gamma_now - (len(self.text) - self.began - 1) > 1:
            self.caches["target"].crop(self.began - 1)

    def score(self, drafts):
        if self.caches["target"] is None:
            return super().score(drafts)
        fed = torch.tensor([[self.text[-1], *drafts]])
        return self.target_rows(self.models["target"](fed, past_key_values=self.caches["target"]).logits[0])


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
