# zoo: wrong
# what: one rejected token stays in the target's cache
# caught-by: law
# diagnosis: stale-cache
import torch

from speculation import Sampler


class This(Sampler):
    def crop(self):
        if self.caches["draft"] is not None:
            self.caches["draft"].crop(len(self.text) - 1)
        if self.caches["target"].get_seq_length() > len(self.text):
            self.caches["target"].crop(len(self.text))

    def score(self, drafts):
        if self.caches["target"] is None:
            return super().score(drafts)
        fed = torch.tensor([[self.text[-1], *drafts]])
        return self.target_rows(self.models["target"](fed, past_key_values=self.caches["target"]).logits[0])


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
