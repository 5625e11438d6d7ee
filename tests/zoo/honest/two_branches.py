# zoo: honest
# what: a tree of two chains that share no node but the root, each checked by a target call of its own
# caught-by: none
from speculation import Sampler


class This(Sampler):
    def round(self, gamma):
        if gamma == 0:
            return super().round(0)
        (first, first_laws), (second, second_laws) = self.propose(gamma), self.another(gamma)
        rows = self.score(first)
        if self.accepts(rows[0], first_laws[0], first[0]):
            return self.along(first, first_laws, rows)
        left = self.correction(rows[0], first_laws[0])
        self.crop()
        rows = self.score(second)
        if not self.accepts(left, second_laws[0], second[0]):
            return [self.draw(self.correction(left, second_laws[0]))]
        return self.along(second, second_laws, rows)

    def another(self, gamma):
        self.crop()
        return self.propose(gamma)

    def crop(self):
        for cache in self.caches.values():
            if cache is not None:
                cache.crop(len(self.text) - 1)

    def along(self, chain, laws, rows):
        """The rest of a chain whose first token stands."""
        for n in range(1, len(chain)):
            if not self.accepts(rows[n], laws[n], chain[n]):
                return [*chain[:n], self.draw(self.correction(rows[n], laws[n]))]
        return [*chain, self.draw(rows[-1])]


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
