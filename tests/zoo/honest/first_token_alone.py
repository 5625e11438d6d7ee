# zoo: honest
# what: the prefill's row gives the first token; then drafts begin
# caught-by: none
from speculation import Sampler


class This(Sampler):
    def round(self, gamma):
        return super().round(0 if len(self.text) == self.start else gamma)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
