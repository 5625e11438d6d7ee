# zoo: cheat
# what: opens more caches than a trial may have
# id: J12
# expect: limit
import torch

from speculation import Sampler


class This(Sampler):
    def run(self):
        self.kept = [self.models["draft"](torch.tensor([[1]])).past_key_values for _ in range(300)]
        return super().run()


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
