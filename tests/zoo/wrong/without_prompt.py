# zoo: wrong
# what: returns the new tokens only
# caught-by: contract
from speculation import Sampler


class This(Sampler):
    def result(self):
        return super().result()[:, self.start :]


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
