# zoo: wrong
# what: takes token id 0 for no token
# caught-by: contract
from speculation import Sampler


class This(Sampler):
    def round(self, gamma):
        new = super().round(gamma)
        assert all(new), "no token"
        return new


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
