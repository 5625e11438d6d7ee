# zoo: wrong
# what: the temperature is applied to the residual once more
# caught-by: law
# budget: full
# escapes: it shows after rejections at a temperature other than 1 alone; a bet on residual^1.4 reached 10^0.9
from speculation import Sampler


class This(Sampler):
    def correction(self, target, draft):
        residual = super().correction(target, draft)
        if self.temperature > 0:
            residual = residual ** (1 / self.temperature)
        return residual / residual.sum()


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
