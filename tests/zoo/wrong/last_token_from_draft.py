# zoo: wrong
# what: where one token is left it is the draft's, and no target call looks at it
# caught-by: provenance
# diagnosis: unverified
from speculation import Sampler


class This(Sampler):
    def round(self, gamma):
        if len(self.text) + 1 == self.end:
            return [self.draw(self.draft_row(self.feed("draft", self.text)[-1]))]
        return super().round(gamma)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
