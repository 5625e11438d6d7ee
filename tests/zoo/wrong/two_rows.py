# zoo: wrong
# what: returns the text twice, as a batch of two
# caught-by: contract
from speculation import Sampler


class This(Sampler):
    def result(self):
        return super().result().repeat(2, 1)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
