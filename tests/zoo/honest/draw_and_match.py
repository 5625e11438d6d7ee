# zoo: honest
# what: draws from the target and keeps a draft that equals the draw; else the draw goes out
# caught-by: none
from speculation import Sampler


class This(Sampler):
    def round(self, gamma):
        drafts, _ = self.propose(gamma)
        new = []
        for n, row in enumerate(self.score(drafts)):
            new.append(self.draw(row))
            if n == len(drafts) or new[n] != drafts[n]:
                return new


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
