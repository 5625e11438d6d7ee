# zoo: honest
# what: the random number that will test a draft also decides whether to draft on
# caught-by: none
from speculation import Sampler


class This(Sampler):
    def propose(self, gamma):
        drafts, rows, self.uniforms = [], [], []
        while len(drafts) < gamma and not (drafts and self.uniforms[-1] > 0.8):
            rows.append(self.draft_row(self.feed("draft", self.text + drafts)[-1]))
            drafts.append(self.draw(rows[-1]))
            self.uniforms.append(float(super().uniform()))
        self.waiting = iter(self.uniforms)
        return drafts, rows

    def uniform(self):
        return next(self.waiting)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
