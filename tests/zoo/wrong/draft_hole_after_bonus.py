# zoo: wrong
# what: after a full block the draft never sees its own last token
# caught-by: cache
import torch

from speculation import Sampler


class This(Sampler):
    def feed(self, model, tokens):
        cache = self.caches[model]
        if model == "draft" and cache is not None and len(cache) < len(tokens) - 1:
            return self.models[model](torch.tensor([tokens[-1:]]), past_key_values=cache).logits[0]
        return super().feed(model, tokens)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
