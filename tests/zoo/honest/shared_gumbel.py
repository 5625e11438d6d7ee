# zoo: honest
# what: draft and target share the noise of a position: the draft guesses the target's draw
# caught-by: none
import torch

from speculation import Sampler


class This(Sampler):
    def __init__(self, *models_and_prompt, **settings):
        super().__init__(*models_and_prompt, **settings)
        self.noise = {}

    def drawn(self, probs, position):
        if position not in self.noise:
            self.noise[position] = -torch.empty_like(probs).exponential_(generator=self.generator).log()
        return int((probs.log() + self.noise[position]).argmax())

    def round(self, gamma):
        drafts = []
        for _ in range(gamma):
            row = self.draft_row(self.feed("draft", self.text + drafts)[-1])
            drafts.append(self.drawn(row, len(self.text) + len(drafts)))
        new = []
        for n, row in enumerate(self.score(drafts)):
            new.append(self.drawn(row, len(self.text) + n))
            if n == len(drafts) or new[n] != drafts[n]:
                return new


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
