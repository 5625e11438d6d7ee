# zoo: wrong
# what: a residual with less than half of the mass is taken for zero, and the target's law for it
# caught-by: law
# diagnosis: correct-from-target-if-rare
from speculation import Sampler


class This(Sampler):
    def correction(self, target, draft):
        residual = (target - draft).clamp_min(0)
        return residual / residual.sum() if residual.sum() > 0.5 else target


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
