# zoo: wrong
# what: feeds the whole text again on top of the cache
# caught-by: law
# diagnosis: stale-cache
import torch

from speculation import Sampler


class This(Sampler):
    def feed(self, model, tokens):
        out = self.models[model](torch.tensor([tokens]), past_key_values=self.caches[model])
        self.caches[model] = out.past_key_values
        return out.logits[0]


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
