# zoo: wrong
# what: drafts two chains, keeps the likelier one, and tests it as if it had been drawn
# caught-by: law
# budget: full
# diagnosis: sharp-drafts
from speculation import Sampler


class This(Sampler):
    def propose(self, gamma):
        chains = []
        for _ in range(2):
            self.crop_draft()
            chains.append(super().propose(gamma))
        self.crop_draft()
        return max(chains, key=lambda chain: sum(float(row[x].log()) for x, row in zip(*chain, strict=True)))

    def crop_draft(self):
        if self.caches["draft"] is not None:
            self.caches["draft"].crop(len(self.text) - 1)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
