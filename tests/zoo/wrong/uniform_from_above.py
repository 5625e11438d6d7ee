# zoo: wrong
# what: random numbers from (0.05, 1], so that small ratios never stand
# caught-by: law
# budget: full
# diagnosis: uniform-off
from speculation import Sampler


class This(Sampler):
    def uniform(self):
        return 1 - 0.95 * super().uniform()


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
