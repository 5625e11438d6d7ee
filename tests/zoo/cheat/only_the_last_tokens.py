# zoo: cheat
# what: lets the draft write the last five tokens of a text
# id: L23
# expect: caught
# caught-by: provenance
from speculation import Sampler


class This(Sampler):
    def round(self, gamma):
        if self.end - len(self.text) > 5:
            return super().round(min(gamma, self.end - len(self.text) - 5))
        return [self.draw(self.draft_row(self.feed("draft", self.text)[-1]))]


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
