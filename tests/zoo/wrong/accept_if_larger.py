# zoo: wrong
# what: accepts if and only if target >= draft
# caught-by: law
# diagnosis: accept-if-target-larger
from speculation import Sampler


class This(Sampler):
    def accepts(self, target, draft, token):
        return bool(target[token] >= draft[token])


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
