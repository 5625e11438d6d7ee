# zoo: wrong
# what: where one token is left it is the target's argmax
# caught-by: law
# diagnosis: last-token-by-argmax
# budget: full
from speculation import Sampler


class This(Sampler):
    def round(self, gamma):
        if len(self.text) + 1 == self.end:
            return [int(self.score([])[-1].argmax())]
        return super().round(gamma)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
