# zoo: wrong
# what: cuts tokens below a twentieth of the likeliest one's probability, which nobody asked for
# caught-by: law
# diagnosis: truncated
from speculation import Sampler


class This(Sampler):
    def warp(self, logits):
        probs = super().warp(logits)
        probs[probs < 0.05 * probs.max(-1, keepdim=True).values] = 0.0
        return probs / probs.sum(-1, keepdim=True)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
