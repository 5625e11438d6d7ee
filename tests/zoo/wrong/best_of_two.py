# zoo: wrong
# what: plays each round twice and keeps the longer
# caught-by: law
# budget: full
from speculation import Sampler


class This(Sampler):
    def round(self, gamma):
        first = super().round(gamma)
        self.crop()
        second = super().round(gamma)
        if len(second) > len(first):
            return second
        self.crop()
        return first


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
