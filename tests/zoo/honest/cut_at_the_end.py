# zoo: honest
# what: whole blocks past the end, cut to length and at EOS when all is drawn
# caught-by: none
from speculation import Sampler


class This(Sampler):
    def run(self):
        while len(self.text) < self.end:
            self.text += self.round(self.num_speculative_tokens)
            self.crop()
        self.text = self.text[: self.end]
        self.ends(self.text[self.start :])
        return self.result()


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
