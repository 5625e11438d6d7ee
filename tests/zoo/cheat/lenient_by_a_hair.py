# zoo: cheat
# what: accepts with target / (0.95 draft)
# id: L03
# expect: bounded
from speculation import Sampler


class This(Sampler):
    def accepts(self, target, draft, token):
        return bool(self.uniform() * draft[token] * 0.95 < target[token])


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
