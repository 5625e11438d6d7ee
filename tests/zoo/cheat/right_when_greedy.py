# zoo: cheat
# what: is right at temperature 0 alone, where right and wrong are easily told apart
# id: L01
# expect: caught
# caught-by: law
from speculation import Sampler


class This(Sampler):
    def accepts(self, target, draft, token):
        return self.temperature > 0 or super().accepts(target, draft, token)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
