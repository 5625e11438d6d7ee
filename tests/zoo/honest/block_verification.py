# zoo: honest
# what: block verification (Sun et al. 2024, arXiv:2403.10444)
# caught-by: none
from speculation import Sampler


class This(Sampler):
    def round(self, gamma):
        drafts, draft_probs = self.propose(gamma)
        target_probs = self.score(drafts)
        carried, stands, kept = 1.0, 0, 1.0
        for n, token in enumerate(drafts):
            carried = min(1.0, carried * float(target_probs[n][token] / draft_probs[n][token]))
            bar = carried
            if n + 1 < len(drafts):
                excess = float((carried * target_probs[n + 1] - draft_probs[n + 1]).clamp_min(0).sum())
                bar = excess / (excess + 1 - carried) if excess + 1 - carried > 0 else 1.0
            if float(self.uniform()) < bar:
                stands, kept = n + 1, carried
        if stands == len(drafts):
            return [*drafts, self.draw(target_probs[-1])]
        rest = (kept * target_probs[stands] - draft_probs[stands]).clamp_min(0)
        return [*drafts[:stands], self.draw(rest / rest.sum())]


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
