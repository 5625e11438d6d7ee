# zoo: cheat
# what: feeds as many tokens as it can, as often as it can
# id: J27
# expect: limit
import torch

from speculation import Sampler


class This(Sampler):
    def run(self):
        tokens = torch.ones((1, 500), dtype=torch.int64)
        for _ in range(400):
            self.models["draft"](tokens, use_cache=False)
        return super().run()


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
