# zoo: wrong
# what: randn where rand was meant: the test's random number is normal
# caught-by: law
# diagnosis: normal-for-uniform
import torch

from speculation import Sampler


class This(Sampler):
    def uniform(self):
        return torch.randn((), generator=self.generator)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
