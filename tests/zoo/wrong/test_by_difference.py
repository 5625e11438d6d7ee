# zoo: wrong
# what: a draft stands with probability 1 - (draft - target), a difference for a ratio
# caught-by: law
# diagnosis: accept-by-difference
from speculation import Sampler


class This(Sampler):
    def accepts(self, target, draft, token):
        return bool(self.uniform() < 1 - (draft[token] - target[token]))


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
