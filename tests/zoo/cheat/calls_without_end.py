# zoo: cheat
# what: asks for rows ten million times
# id: J24
# expect: limit
import torch

from speculation import Sampler


class This(Sampler):
    def run(self):
        for _ in range(5_000):
            self.models["draft"](torch.tensor([[1]]))
        return super().run()


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
