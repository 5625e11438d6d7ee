# zoo: honest
# what: prints a lot
# caught-by: none
from speculation import Sampler


class This(Sampler):
    def round(self, gamma):
        print("round", gamma, self.text)
        return super().round(gamma)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
