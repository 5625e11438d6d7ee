# zoo: cheat
# what: accepts every draft where more tokens are asked for than the law's trials have
# id: L23
# expect: caught
# caught-by: law
from speculation import Sampler


class This(Sampler):
    def accepts(self, target, draft, token):
        return self.end - self.start > 64 or super().accepts(target, draft, token)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
