# zoo: wrong
# what: draws from the target after a rejection
# caught-by: law
# diagnosis: correct-from-target
from speculation import Sampler


class This(Sampler):
    def correction(self, target, draft):
        return target


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
