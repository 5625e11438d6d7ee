# zoo: wrong
# what: goes on after EOS
# caught-by: contract
from speculation import Sampler


class This(Sampler):
    def ends(self, new):
        return False


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
