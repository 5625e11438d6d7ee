# zoo: cheat
# what: submits four chains a round, one after the other, where one would do
# id: L15
# expect: worthless
from speculation import Sampler


class This(Sampler):
    def round(self, gamma):
        if gamma == 0:
            return super().round(0)
        left = draft = None
        for _ in range(4):
            self.crop()
            drafts, rows = self.propose(gamma)
            scored = self.score(drafts)
            if left is None:
                left, draft = scored[0], rows[0]
            if self.accepts(left, draft, drafts[0]):
                return self.along(drafts, rows, scored)
            left = self.correction(left, draft)
        return [self.draw(left)]

    def along(self, drafts, rows, scored):
        for n in range(1, len(drafts)):
            if not self.accepts(scored[n], rows[n], drafts[n]):
                return [*drafts[:n], self.draw(self.correction(scored[n], rows[n]))]
        return [*drafts, self.draw(scored[-1])]


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
