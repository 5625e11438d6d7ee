# zoo: honest
# what: never drafts: right and slow
# caught-by: none
from speculation import Sampler


class This(Sampler):
    def gamma(self):
        return 0


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
