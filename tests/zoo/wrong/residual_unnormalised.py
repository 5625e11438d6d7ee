# zoo: wrong
# what: the inverse CDF of a residual that was not divided by its sum
# caught-by: law
# diagnosis: correct-unnormalised
from speculation import Sampler


class This(Sampler):
    def correction(self, target, draft):
        self.bare = (target - draft).clamp_min(0)
        return self.bare

    def draw(self, probs):
        if probs is not getattr(self, "bare", None):
            return super().draw(probs)
        at = int((probs.cumsum(-1) < self.uniform()).sum())
        return min(at, len(probs) - 1)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
