# zoo: wrong
# what: the temperature is applied to the residual once more
# caught-by: law
# budget: full
# diagnosis: correct-tempered
from speculation import Sampler


class This(Sampler):
    def correction(self, target, draft):
        residual = super().correction(target, draft)
        if self.temperature > 0:
            residual = residual ** (1 / self.temperature)
        return residual / residual.sum()


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
