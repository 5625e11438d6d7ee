# zoo: wrong
# what: takes logits for probabilities
# caught-by: law
from speculation import Sampler


class This(Sampler):
    def warp(self, logits):
        if self.temperature == 0:
            return super().warp(logits)
        rows = (logits - logits.min(-1, keepdim=True).values) + 1e-6
        return rows / rows.sum(-1, keepdim=True)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
