# zoo: wrong
# what: keeps untested what the draft was sure of
# caught-by: law
# diagnosis: accept-confident-drafts
from speculation import Sampler


class This(Sampler):
    def accepts(self, target, draft, token):
        return bool(draft[token] > 0.6) or super().accepts(target, draft, token)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
