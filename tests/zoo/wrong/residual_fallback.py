# zoo: wrong
# what: draws from the target where the residual is small
# caught-by: law
# budget: full
# diagnosis: correct-from-target-if-rare
from speculation import Sampler


class This(Sampler):
    def correction(self, target, draft):
        rest = (target - draft).clamp_min(0)
        return rest / rest.sum() if rest.sum() > 0.1 else target


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
