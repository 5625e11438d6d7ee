# zoo: wrong
# what: draws from the draft after a rejection
# caught-by: law
# diagnosis: correct-from-draft
from speculation import Sampler


class This(Sampler):
    def correction(self, target, draft):
        return draft


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
