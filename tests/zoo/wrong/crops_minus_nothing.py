# zoo: wrong
# what: takes rejected positions off with crop(-n), which empties the cache when n is 0
# caught-by: law
# diagnosis: stale-cache
import torch
from speculation import Sampler


class This(Sampler):
    def feed(self, model, tokens):
        self.fed = {"target": 0, "draft": 0, **getattr(self, "fed", {})}
        out = self.models[model](
            torch.tensor([tokens[self.fed[model] :]]), past_key_values=self.caches[model]
        )
        self.caches[model], self.fed[model] = out.past_key_values, len(tokens)
        return out.logits[0]

    def crop(self):
        for model, cache in self.caches.items():
            if cache is not None:
                surplus = max(self.fed[model] - len(self.text) + 1, 0)
                cache.crop(-surplus)
                self.fed[model] -= surplus


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
