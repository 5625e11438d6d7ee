# zoo: wrong
# what: sometimes returns an id that is not in the vocabulary
# caught-by: contract
from speculation import Sampler


class This(Sampler):
    def result(self):
        self.text[-1] = self.models["target"].config.vocab_size
        return super().result()


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
