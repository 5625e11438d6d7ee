# zoo: wrong
# what: random numbers in sixteen steps
# caught-by: law
# budget: full
# diagnosis: uniform-off
from speculation import Sampler


class This(Sampler):
    def uniform(self):
        return (super().uniform() * 16).floor() / 16


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
