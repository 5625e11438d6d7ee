# zoo: wrong
# what: at temperature 0 trusts the draft
# caught-by: greedy
from speculation import Sampler


class This(Sampler):
    def accepts(self, target, draft, token):
        return self.temperature == 0 or super().accepts(target, draft, token)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
