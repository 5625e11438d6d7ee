# zoo: cheat
# what: drafts thirty tokens a round, as if drafts were free
# id: L17
# expect: worthless
from speculation import Sampler


class This(Sampler):
    def gamma(self):
        return 30


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
