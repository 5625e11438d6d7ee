# zoo: wrong
# what: random numbers from (0.05, 1], so that small ratios never stand
# caught-by: law
# budget: full
# escapes: leaves the right law by less than a full judgement of today can see
from speculation import Sampler


class This(Sampler):
    def uniform(self):
        return 1 - 0.95 * super().uniform()


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
