# zoo: wrong
# what: the ratio has the draft's row of the position before
# caught-by: law
# diagnosis: draft-row-before
from speculation import Sampler


class This(Sampler):
    def propose(self, gamma):
        drafts, rows = super().propose(gamma)
        return drafts, [*rows[:1], *rows[:-1]]


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
