# zoo: honest
# what: seeds torch's global generator from the one it is given, and uses that
# caught-by: none
import torch

from speculation import Sampler


class This(Sampler):
    def __init__(self, *models_and_prompt, **settings):
        super().__init__(*models_and_prompt, **settings)
        torch.manual_seed(int(torch.randint(2**62, (), generator=self.generator)))
        self.generator = None


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
