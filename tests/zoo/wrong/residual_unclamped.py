# zoo: wrong
# what: draws from target - draft with its negative part
# caught-by: contract
from speculation import Sampler


class This(Sampler):
    def correction(self, target, draft):
        return target - draft


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
