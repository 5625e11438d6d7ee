# zoo: wrong
# what: manual_seed inside the accept loop: every test has the same random number
# caught-by: law
# diagnosis: same-uniform
import torch

from speculation import Sampler


class This(Sampler):
    def uniform(self):
        return torch.rand((), generator=torch.Generator().manual_seed(0))


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
