# zoo: wrong
# what: returns one token too few
# caught-by: contract
from speculation import Sampler


class This(Sampler):
    def result(self):
        return super().result()[:, :-1]


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
