# zoo: wrong
# what: the bonus token is kept only where it is the draft's argmax too
# caught-by: law
# budget: full
from speculation import Sampler


class This(Sampler):
    def round(self, gamma):
        new = super().round(gamma)
        if len(new) <= max(gamma, 1) or len(self.text) + len(new) == self.end:
            return new
        row = self.draft_row(self.feed("draft", self.text + new[:-1])[-1])
        return new if int(row.argmax()) == new[-1] else new[:-1]


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
