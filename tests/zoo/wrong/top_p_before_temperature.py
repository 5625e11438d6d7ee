# zoo: wrong
# what: cuts by top-p first and applies the temperature to what is left
# caught-by: law
# diagnosis: top-p-before-temperature
from speculation import Sampler, warp


class This(Sampler):
    def warp(self, logits):
        if self.temperature == 0:
            return super().warp(logits)
        kept = warp(logits, 1.0, self.top_p)
        return warp(kept.log(), self.temperature, 1.0)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
