# zoo: wrong
# what: draws the bonus token from the row before
# caught-by: law
# diagnosis: bonus-row-before
from speculation import Sampler


class This(Sampler):
    def bonus(self, target_probs, draft_probs):
        return target_probs[max(len(target_probs) - 2, 0)]


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
