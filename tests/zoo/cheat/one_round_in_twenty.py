# zoo: cheat
# what: accepts a whole block untested once in twenty rounds
# id: L23
# expect: bounded
from speculation import Sampler


class This(Sampler):
    def round(self, gamma):
        self.blind = float(self.uniform()) < 0.05
        return super().round(gamma)

    def accepts(self, target, draft, token):
        return self.blind or super().accepts(target, draft, token)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
