# zoo: honest
# what: drafts the argmax and treats the draft as one-hot
# caught-by: none
from speculation import Sampler, one_hot


class This(Sampler):
    def draft_row(self, logits):
        return one_hot(logits.argmax(), logits)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
