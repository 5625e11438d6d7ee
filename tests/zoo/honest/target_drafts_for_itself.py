# zoo: honest
# what: the target is its own draft, on a cache of its own: right and slow
# caught-by: none
from speculation import Sampler


class This(Sampler):
    def propose(self, gamma):
        self.models["draft"] = self.models["target"]
        return super().propose(gamma)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
