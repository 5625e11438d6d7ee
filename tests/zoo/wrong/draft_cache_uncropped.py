# zoo: wrong
# what: feeds the whole text to the draft for each draft token
# caught-by: cache
from speculation import Sampler


class This(Sampler):
    def feed(self, model, tokens):
        if model == "draft":
            self.caches[model] = None
        return super().feed(model, tokens)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
