# zoo: wrong
# what: looks for EOS only at the end of a block
# caught-by: contract
from speculation import Sampler


class This(Sampler):
    def ends(self, new):
        return new[-1] == self.eos


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
