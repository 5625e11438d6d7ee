# zoo: wrong
# what: rejected drafts stay in the draft's cache; the law holds, drafts are worse
# caught-by: cache
import torch

from speculation import Sampler


class This(Sampler):
    def crop(self):
        self.caches["target"].crop(len(self.text) - 1)

    def feed(self, model, tokens):
        cache = self.caches[model]
        if model == "draft" and cache is not None:
            out = self.models[model](torch.tensor([tokens[-1:]]), past_key_values=cache)
            return out.logits[0]
        return super().feed(model, tokens)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
