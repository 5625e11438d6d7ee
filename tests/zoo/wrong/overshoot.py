# zoo: wrong
# what: a block runs over the end
# caught-by: contract
from speculation import Sampler


class This(Sampler):
    def run(self):
        while len(self.text) < self.end:
            self.text += self.round(self.num_speculative_tokens)
            self.crop()
        return self.result()


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
