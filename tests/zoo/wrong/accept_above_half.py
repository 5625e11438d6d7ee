# zoo: wrong
# what: accepts if target > draft / 2
# caught-by: law
# diagnosis: same-uniform
from speculation import Sampler


class This(Sampler):
    def accepts(self, target, draft, token):
        return bool(target[token] > 0.5 * draft[token])


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
