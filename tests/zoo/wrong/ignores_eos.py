# zoo: wrong
# what: EOS has probability 0 under both models, so that texts get long
# caught-by: law
# diagnosis: eos-suppressed
from speculation import Sampler


class This(Sampler):
    def warp(self, logits):
        if self.eos is not None:
            logits[..., self.eos] = -1e9
        return super().warp(logits)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
