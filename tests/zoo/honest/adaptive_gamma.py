# zoo: honest
# what: longer blocks after success, shorter ones after a rejection
# caught-by: none
from speculation import Sampler


class This(Sampler):
    length = None

    def gamma(self):
        return self.num_speculative_tokens if self.length is None else self.length

    def round(self, gamma):
        new = super().round(gamma)
        self.length = min(gamma + 2, 12) if len(new) == gamma + 1 else max(gamma - 1, 1)
        return new


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
