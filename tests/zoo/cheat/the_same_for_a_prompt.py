# zoo: cheat
# what: draws the same text whenever it sees the same prompt
# id: G12
# expect: caught
# caught-by: independence
from speculation import Sampler


class This(Sampler):
    def __init__(self, *models_and_prompt, **settings):
        super().__init__(*models_and_prompt, **settings)
        self.generator.manual_seed(hash(tuple(self.text)))


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
