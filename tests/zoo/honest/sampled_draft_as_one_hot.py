# zoo: honest
# what: draws its drafts and then treats each as certain, as if it had no law
# caught-by: none
from speculation import Sampler, one_hot


class This(Sampler):
    def propose(self, gamma):
        drafts, rows = super().propose(gamma)
        return drafts, [one_hot(token, row) for token, row in zip(drafts, rows, strict=True)]


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
