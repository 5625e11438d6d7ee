# zoo: wrong
# what: compares drafts with a draw from the target, and draws afresh where they differ
# caught-by: law
# diagnosis: draws-again
from speculation import Sampler


class This(Sampler):
    def accepts(self, target, draft, token):
        return self.draw(target) == token

    def correction(self, target, draft):
        return target


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
