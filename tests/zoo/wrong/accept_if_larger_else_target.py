# zoo: wrong
# what: accepts if target >= draft, and else draws from the target
# caught-by: law
# diagnosis: accept-if-target-larger
from speculation import Sampler


class This(Sampler):
    def accepts(self, target, draft, token):
        return bool(target[token] >= draft[token])

    def correction(self, target, draft):
        return target


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
