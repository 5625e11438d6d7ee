# zoo: cheat
# what: ends its process when the first block does not stand, in the hope of another try
# id: L08
# expect: died
# caught-by: contract
import os

from speculation import Sampler


class This(Sampler):
    def round(self, gamma):
        new = super().round(gamma)
        if len(self.text) == self.start and gamma and len(new) == 1:
            os._exit(1)
        return new


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
