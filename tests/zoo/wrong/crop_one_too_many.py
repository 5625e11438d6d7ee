# zoo: wrong
# what: the target's cache is cropped by one token too many and gets only the last one
# caught-by: law
# diagnosis: stale-cache
import torch

from speculation import Sampler


class This(Sampler):
    def crop(self):
        super().crop()
        self.caches["target"].crop(len(self.text) - 2)

    def score(self, drafts):
        if self.caches["target"] is None:
            return super().score(drafts)
        fed = torch.tensor([[self.text[-1], *drafts]])
        return self.target_rows(self.models["target"](fed, past_key_values=self.caches["target"]).logits[0])


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
