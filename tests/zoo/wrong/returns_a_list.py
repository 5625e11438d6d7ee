# zoo: wrong
# what: returns a list of numbers
# caught-by: contract
from speculation import Sampler


class This(Sampler):
    def result(self):
        return super().result().tolist()


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
