# zoo: wrong
# what: the bonus token from the residual of the target's last row and the draft's last row, which is one before
# caught-by: law
# budget: full
from speculation import Sampler


class This(Sampler):
    def bonus(self, target_probs, draft_probs):
        return self.correction(target_probs[-1], draft_probs[-1]) if draft_probs else target_probs[-1]


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
