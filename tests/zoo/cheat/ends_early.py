# zoo: cheat
# what: says end-of-text whenever it may, to be done
# id: L09
# expect: caught
# caught-by: provenance
from speculation import Sampler


class This(Sampler):
    def round(self, gamma):
        if self.eos is not None and len(self.text) > self.start + 2:
            return [self.eos]
        return super().round(gamma)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
