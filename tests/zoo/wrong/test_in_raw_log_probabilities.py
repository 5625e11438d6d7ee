# zoo: wrong
# what: log u is held against a difference of log-softmaxes that know no temperature
# caught-by: law
# diagnosis: unwarped-test
import torch
from speculation import Sampler


class This(Sampler):
    def feed(self, model, tokens):
        logits = super().feed(model, tokens)
        self.logs = {**getattr(self, "logs", {}), model: torch.log_softmax(logits, dim=-1)}
        return logits

    def propose(self, gamma):
        drafts, rows, self.draft_logs = [], [], []
        for _ in range(gamma):
            rows.append(self.draft_row(self.feed("draft", self.text + drafts)[-1]))
            self.draft_logs.append(self.logs["draft"][-1])
            drafts.append(self.draw(rows[-1]))
        return drafts, rows

    def round(self, gamma):
        drafts, draft_probs = self.propose(gamma)
        target_probs = self.score(drafts)
        target_logs = self.logs["target"][-len(drafts) - 1 :]
        for n, token in enumerate(drafts):
            if self.temperature > 0:
                stands = self.uniform().log() < target_logs[n][token] - self.draft_logs[n][token]
            else:
                stands = target_probs[n][token] > 0
            if not stands:
                return [*drafts[:n], self.draw(self.correction(target_probs[n], draft_probs[n]))]
        return [*drafts, self.draw(target_probs[-1])]


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
