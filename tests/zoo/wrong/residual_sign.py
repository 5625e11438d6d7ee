# zoo: wrong
# what: the residual with its sign turned
# caught-by: law
# diagnosis: correct-from-surplus
from speculation import Sampler


class This(Sampler):
    def correction(self, target, draft):
        rest = (draft - target).clamp_min(0)
        return rest / rest.sum()


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
