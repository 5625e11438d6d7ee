# zoo: wrong
# what: accepts the target's argmax untested
# caught-by: law
# budget: full
# diagnosis: accept-by-rank
from speculation import Sampler


class This(Sampler):
    def accepts(self, target, draft, token):
        return token == int(target.argmax()) or super().accepts(target, draft, token)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
