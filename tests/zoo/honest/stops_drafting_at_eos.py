# zoo: honest
# what: drafts no further than an EOS
# caught-by: none
from speculation import Sampler


class This(Sampler):
    def propose(self, gamma):
        drafts, rows = [], []
        while len(drafts) < gamma and self.eos not in drafts[-1:]:
            rows.append(self.draft_row(self.feed("draft", self.text + drafts)[-1]))
            drafts.append(self.draw(rows[-1]))
        return drafts, rows


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
