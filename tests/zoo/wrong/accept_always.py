# zoo: wrong
# what: accepts every draft
# caught-by: law
# diagnosis: accept-always
from speculation import Sampler


class This(Sampler):
    def accepts(self, target, draft, token):
        return True


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
