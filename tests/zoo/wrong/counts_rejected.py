# zoo: wrong
# what: counts drafts that were rejected as new tokens
# caught-by: contract
from speculation import Sampler


class This(Sampler):
    def round(self, gamma):
        new = super().round(gamma)
        self.end -= gamma + 1 - len(new)
        return new


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
