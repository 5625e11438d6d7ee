# zoo: wrong
# what: seeds a generator of its own, the same in each call
# caught-by: independence
import torch

from speculation import Sampler


class This(Sampler):
    def __init__(self, *models_and_prompt, **settings):
        super().__init__(*models_and_prompt, **settings)
        self.generator = torch.Generator().manual_seed(0)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
