# zoo: wrong
# what: a drafted EOS ends the text without a test
# caught-by: edges
# diagnosis: eos-untested
from speculation import Sampler


class This(Sampler):
    def accepts(self, target, draft, token):
        return token == self.eos or super().accepts(target, draft, token)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
