# zoo: wrong
# what: off by one: the last draft that stood is cut off, and the correction takes its place
# caught-by: law
from speculation import Sampler


class This(Sampler):
    def round(self, gamma):
        new = super().round(gamma)
        return [*new[:-2], new[-1]] if 2 <= len(new) <= gamma else new


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
