# zoo: wrong
# what: 1e-3 in the denominator of the ratio
# caught-by: law
# diagnosis: padded-ratio
from speculation import Sampler


class This(Sampler):
    def accepts(self, target, draft, token):
        return bool(self.uniform() < target[token] / (draft[token] + 1e-3))


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
