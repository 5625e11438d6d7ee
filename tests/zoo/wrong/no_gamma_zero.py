# zoo: wrong
# what: breaks when num_speculative_tokens is 0 or one token is left
# caught-by: edges
from speculation import Sampler


class This(Sampler):
    def score(self, drafts):
        drafts[0]
        return super().score(drafts)

    def round(self, gamma):
        return super().round(gamma if self.num_speculative_tokens == 0 else max(gamma, 1))[: self.end - len(self.text)]


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
