# zoo: wrong
# what: top-p trims the draft's law and not the target's
# caught-by: law
# diagnosis: no-top-p
from speculation import Sampler, warp


class This(Sampler):
    def target_rows(self, logits):
        return warp(logits, self.temperature, 1.0)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
