# zoo: wrong
# what: a draft stands with the product of min(1, target/draft) over the block so far
# caught-by: law
# budget: full
# diagnosis: accept-by-product
from speculation import Sampler


class This(Sampler):
    def round(self, gamma):
        self.product = 1.0
        return super().round(gamma)

    def accepts(self, target, draft, token):
        self.product *= min(1.0, float(target[token] / draft[token]))
        return bool(self.uniform() < self.product)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
