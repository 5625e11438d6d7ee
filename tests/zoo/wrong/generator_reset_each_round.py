# zoo: wrong
# what: gives the generator its first state again in every round
# caught-by: law
# budget: full
# diagnosis: numbers-used-again
from speculation import Sampler


class This(Sampler):
    def round(self, gamma):
        if not hasattr(self, "first_state"):
            self.first_state = self.generator.get_state()
        self.generator.set_state(self.first_state)
        return super().round(gamma)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
