# zoo: wrong
# what: verifies against 0.9 target + 0.1 draft: kept with 0.1 + 0.9 target/draft
# caught-by: law
# diagnosis: accept-sometimes-untested
from speculation import Sampler


class This(Sampler):
    def accepts(self, target, draft, token):
        return bool(self.uniform() < 0.1 + 0.9 * target[token] / draft[token])


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
