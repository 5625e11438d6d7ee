# zoo: wrong
# what: accepts only the target's argmax, and else draws from the target
# caught-by: law
# diagnosis: accept-by-rank
from speculation import Sampler


class This(Sampler):
    def accepts(self, target, draft, token):
        return token == int(target.argmax())

    def correction(self, target, draft):
        return target


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
