# zoo: wrong
# what: typical acceptance by an entropy threshold
# caught-by: law
# diagnosis: accept-typical
from speculation import Sampler


class This(Sampler):
    def accepts(self, target, draft, token):
        entropy = -(target * (target + 1e-9).log()).sum()
        return bool(target[token] > min(0.09, 0.3 * float((-entropy).exp())))

    def correction(self, target, draft):
        return target


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
