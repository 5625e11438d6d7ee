# zoo: honest
# what: feeds the whole text each time: right and slow
# caught-by: none
from speculation import Sampler


class This(Sampler):
    def feed(self, model, tokens):
        self.caches[model] = None
        return super().feed(model, tokens)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
