# zoo: wrong
# what: the ratio in the test is one of logits
# caught-by: law
from speculation import Sampler


class This(Sampler):
    def feed(self, model, tokens):
        logits = super().feed(model, tokens)
        self.kept = {**getattr(self, "kept", {}), model: logits}
        return logits

    def propose(self, gamma):
        drafts, rows, self.draft_logits = [], [], []
        for _ in range(gamma):
            rows.append(self.draft_row(self.feed("draft", self.text + drafts)[-1]))
            self.draft_logits.append(self.kept["draft"][-1])
            drafts.append(self.draw(rows[-1]))
        return drafts, rows

    def round(self, gamma):
        drafts, draft_probs = self.propose(gamma)
        target_probs = self.score(drafts)
        logits = self.kept["target"][-len(drafts) - 1 :]
        for n, token in enumerate(drafts):
            if not self.uniform() < logits[n][token] / self.draft_logits[n][token]:
                return [*drafts[:n], self.draw(self.correction(target_probs[n], draft_probs[n]))]
        return [*drafts, self.draw(target_probs[-1])]


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
