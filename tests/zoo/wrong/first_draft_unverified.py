# zoo: wrong
# what: the first draft of each round is kept untested
# caught-by: law
# diagnosis: first-draft-unverified
from speculation import Sampler


class This(Sampler):
    def round(self, gamma):
        self.first = True
        return super().round(gamma)

    def accepts(self, target, draft, token):
        first, self.first = self.first, False
        return first or super().accepts(target, draft, token)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
