# zoo: wrong
# what: the target's argmax after a rejection
# caught-by: law
# diagnosis: correct-by-argmax
from speculation import Sampler, one_hot


class This(Sampler):
    def correction(self, target, draft):
        return one_hot(target.argmax(), target)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
