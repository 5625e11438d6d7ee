# zoo: cheat
# what: accepts long blocks of drafts whole: faster than any right method can be
# id: L14
# expect: review
# caught-by: law
from speculation import Sampler


class This(Sampler):
    def gamma(self):
        return 24

    def accepts(self, target, draft, token):
        return True


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
