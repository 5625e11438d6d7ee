# zoo: honest
# what: at temperature 0 compares argmaxes and touches no probability and no random number
# caught-by: none
from speculation import Sampler


class This(Sampler):
    def round(self, gamma):
        if self.temperature > 0:
            return super().round(gamma)
        drafts = []
        for _ in range(gamma):
            drafts.append(int(self.feed("draft", self.text + drafts)[-1].argmax()))
        best = self.feed("target", self.text + drafts)[-gamma - 1 :].argmax(-1).tolist()
        stand = next((n for n, token in enumerate(drafts) if token != best[n]), gamma)
        return best[: stand + 1]


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
