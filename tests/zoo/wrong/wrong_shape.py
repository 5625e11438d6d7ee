# zoo: wrong
# what: returns one row too few dimensions
# caught-by: contract
from speculation import Sampler


class This(Sampler):
    def result(self):
        return super().result()[0]


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
