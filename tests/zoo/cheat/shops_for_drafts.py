# zoo: cheat
# what: draws several chains of drafts and submits the one the draft likes best
# id: L11
# expect: caught
# caught-by: law
from speculation import Sampler


class This(Sampler):
    def propose(self, gamma):
        best = None
        for _ in range(3):
            drafts, rows = super().propose(gamma)
            score = sum(float(row[token].log()) for row, token in zip(rows, drafts, strict=True))
            if best is None or score > best[0]:
                best = score, drafts, rows
            if self.caches["draft"] is not None:
                self.caches["draft"].crop(len(self.text) - 1)
        return best[1], best[2]


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
