# zoo: wrong
# what: the residual takes off only the drafted token
# caught-by: law
# budget: full
# diagnosis: correct-without-drafted
from speculation import Sampler


class This(Sampler):
    def accepts(self, target, draft, token):
        self.token = token
        return super().accepts(target, draft, token)

    def correction(self, target, draft):
        rest = target.clone()
        rest[self.token] = 0
        return rest / rest.sum() if rest.sum() > 0 else target


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
