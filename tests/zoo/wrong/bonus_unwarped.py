# zoo: wrong
# what: the bonus token from logits without temperature and top-p
# caught-by: law
# diagnosis: bonus-unwarped
from speculation import Sampler, warp


class This(Sampler):
    def target_rows(self, logits):
        self.last = logits[-1]
        return super().target_rows(logits)

    def bonus(self, target_probs, draft_probs):
        return warp(self.last, 1.0 if self.temperature else 0.0, 1.0)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
