# zoo: honest
# what: the textbook in steps, which the other files change one of
# caught-by: none
from speculation import Sampler


class This(Sampler):
    pass


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
