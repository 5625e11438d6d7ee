# zoo: wrong
# what: never calls the target
# caught-by: law
# diagnosis: target-unused
from speculation import Sampler


class This(Sampler):
    def round(self, gamma):
        return self.propose(max(gamma, 1))[0]


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
