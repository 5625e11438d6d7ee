# zoo: wrong
# what: the target keeps temperature 1 and top-p 1
# caught-by: law
# diagnosis: no-warp
from speculation import Sampler, warp


class This(Sampler):
    def target_rows(self, logits):
        return warp(logits, 1.0 if self.temperature else 0.0, 1.0)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
