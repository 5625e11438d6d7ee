# zoo: wrong
# what: the argmax of the residual
# caught-by: law
# diagnosis: correct-by-argmax
from speculation import Sampler, one_hot


class This(Sampler):
    def correction(self, target, draft):
        return one_hot((target - draft).argmax(), target)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
