# zoo: wrong
# what: the bonus token is an argmax
# caught-by: law
# diagnosis: bonus-by-argmax
from speculation import Sampler, one_hot


class This(Sampler):
    def bonus(self, target_probs, draft_probs):
        return one_hot(target_probs[-1].argmax(), target_probs[-1])


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
