# zoo: honest
# what: a block two longer after one that stood whole, else one shorter, as in assisted decoding
# caught-by: none
from speculation import Sampler


class This(Sampler):
    wanted = None

    def gamma(self):
        self.wanted = self.num_speculative_tokens if self.wanted is None else self.wanted
        return self.wanted

    def round(self, gamma):
        new = super().round(gamma)
        self.wanted = self.wanted + 2 if len(new) == gamma + 1 else max(1, self.wanted - 1)
        return new


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
