# zoo: wrong
# what: returns int32
# caught-by: contract
from speculation import Sampler


class This(Sampler):
    def result(self):
        return super().result().int()


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
