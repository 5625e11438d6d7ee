# zoo: wrong
# what: the first token of all is the draft's, unverified
# caught-by: law
# diagnosis: first-token-from-draft
from speculation import Sampler


class This(Sampler):
    def round(self, gamma):
        if len(self.text) == self.start:
            return [self.draw(self.draft_row(self.feed("draft", self.text)[-1]))]
        return super().round(gamma)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
