# zoo: honest
# what: three levels: a table of bigrams drafts for the draft, which drafts for the target
# caught-by: none
from speculation import Sampler


class This(Sampler):
    def propose(self, gamma):
        if gamma == 0:
            return [], []
        guesses = self.guesses(gamma - 1)
        rows = list(self.warp(self.feed("draft", self.text + guesses)[-len(guesses) - 1 :]))
        drafts = []
        for guess, row in zip(guesses, rows, strict=False):
            if self.uniform() < row[guess]:
                drafts.append(guess)
                continue
            rest = row.clone()
            rest[guess] = 0
            drafts.append(self.draw(rest / rest.sum()))
            break
        else:
            drafts.append(self.draw(rows[-1]))
        rows = rows[: len(drafts)]
        self.caches["draft"].crop(len(self.text) + len(drafts) - 1)
        while len(drafts) < gamma:
            rows.append(self.draft_row(self.feed("draft", self.text + drafts)[-1]))
            drafts.append(self.draw(rows[-1]))
        return drafts, rows

    def guesses(self, count):
        follows, guesses = dict(zip(self.text, self.text[1:], strict=False)), []
        while len(guesses) < count and (last := (self.text + guesses)[-1]) in follows:
            guesses.append(follows[last])
        return guesses


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
