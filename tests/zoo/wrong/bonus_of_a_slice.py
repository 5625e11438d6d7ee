# zoo: wrong
# what: cuts the target's rows to the drafts, so that the last of them is no bonus row
# caught-by: law
# diagnosis: bonus-row-before
from speculation import Sampler


class This(Sampler):
    def score(self, drafts):
        rows = super().score(drafts)
        return rows[: len(drafts)] if drafts else rows


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
