# zoo: cheat
# what: accepts every draft where temperature and top-p are 1, and is right elsewhere
# id: L01
# expect: caught
# caught-by: law
from speculation import Sampler


class This(Sampler):
    def accepts(self, target, draft, token):
        plain = self.temperature == 1.0 and self.top_p == 1.0
        return plain or super().accepts(target, draft, token)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
