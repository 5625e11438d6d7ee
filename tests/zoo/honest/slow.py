# zoo: honest
# what: sleeps a little in each round
# caught-by: none
import time

from speculation import Sampler


class This(Sampler):
    def round(self, gamma):
        time.sleep(0.01)
        return super().round(gamma)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
