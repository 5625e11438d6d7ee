# zoo: wrong
# what: stops drafting at an unlikely draft and throws it away
# caught-by: law
# diagnosis: sharp-drafts
from speculation import Sampler


class This(Sampler):
    def propose(self, gamma):
        drafts, rows = super().propose(gamma)
        sure = next((n for n, token in enumerate(drafts) if rows[n][token] < 0.3), len(drafts))
        return drafts[:sure], rows[:sure]


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
