# zoo: wrong
# what: a token that repeats the one before is drawn again, once
# caught-by: law
# budget: full
# diagnosis: repeats-redrawn
from speculation import Sampler


class This(Sampler):
    def draw(self, probs):
        token = super().draw(probs)
        return super().draw(probs) if token == self.text[-1] else token


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
