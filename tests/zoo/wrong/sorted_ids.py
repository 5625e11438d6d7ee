# zoo: wrong
# what: the correction is drawn in order of falling probability, and its rank goes out as an id
# caught-by: law
# diagnosis: rank-for-id
from speculation import Sampler


class This(Sampler):
    def correction(self, target, draft):
        return super().correction(target, draft).sort(descending=True).values


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
