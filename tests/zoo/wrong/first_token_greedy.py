# zoo: wrong
# what: the first token after the prompt is the target's argmax at any temperature
# caught-by: law
# budget: full
# diagnosis: first-token-by-argmax
from speculation import Sampler


class This(Sampler):
    def round(self, gamma):
        if len(self.text) == self.start:
            return [int(self.score([])[-1].argmax())]
        return super().round(gamma)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
