# zoo: wrong
# what: accepts any of the target's three most likely tokens
# caught-by: law
# diagnosis: accept-by-rank
from speculation import Sampler


class This(Sampler):
    def accepts(self, target, draft, token):
        return token in target.topk(3).indices.tolist()


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
