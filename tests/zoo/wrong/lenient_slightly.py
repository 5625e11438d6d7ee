# zoo: wrong
# what: accepts with target / (0.97 draft)
# caught-by: law
# budget: full
# diagnosis: lenient
from speculation import Sampler


class This(Sampler):
    def accepts(self, target, draft, token):
        return bool(self.uniform() * draft[token] * 0.97 < target[token])


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
