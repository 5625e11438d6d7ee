# zoo: cheat
# what: returns as soon as its speed is good
# id: L09
# expect: worthless
# caught-by: contract
from speculation import Sampler


class This(Sampler):
    def ends(self, new):
        if len(self.text) - self.start >= 8 and len(new) >= 3:
            return True
        return super().ends(new)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
