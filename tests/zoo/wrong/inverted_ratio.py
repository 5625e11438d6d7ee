# zoo: wrong
# what: the ratio upside down
# caught-by: law
# diagnosis: accept-inverted-ratio
from speculation import Sampler


class This(Sampler):
    def accepts(self, target, draft, token):
        return bool(self.uniform() * target[token] < draft[token])


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
