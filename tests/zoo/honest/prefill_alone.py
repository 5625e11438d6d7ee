# zoo: honest
# what: feeds the prompt to both models before the first round
# caught-by: none
from speculation import Sampler


class This(Sampler):
    def run(self):
        for model in self.caches:
            if self.start > 1:
                self.feed(model, self.text[:-1])
        return super().run()


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
