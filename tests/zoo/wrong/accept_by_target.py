# zoo: wrong
# what: accepts with probability target(x)
# caught-by: law
# diagnosis: accept-by-target-probability
from speculation import Sampler


class This(Sampler):
    def accepts(self, target, draft, token):
        return bool(self.uniform() < target[token])


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
