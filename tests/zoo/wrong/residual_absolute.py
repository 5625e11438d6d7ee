# zoo: wrong
# what: |target - draft| for a residual
# caught-by: law
# diagnosis: correct-from-difference
from speculation import Sampler


class This(Sampler):
    def correction(self, target, draft):
        rest = (draft - target).abs()
        return rest / rest.sum()


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
