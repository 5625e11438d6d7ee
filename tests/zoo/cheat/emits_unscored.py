# zoo: cheat
# what: adds a token of the draft after each block, which no target call has seen
# id: L21
# expect: caught
# caught-by: law
from speculation import Sampler


class This(Sampler):
    def round(self, gamma):
        new = super().round(max(gamma - 1, 0))
        if len(self.text) + len(new) >= self.end or self.eos in new:
            return new
        self.crop()
        row = self.draft_row(self.feed("draft", self.text + new)[-1])
        return [*new, self.draw(row)]


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
