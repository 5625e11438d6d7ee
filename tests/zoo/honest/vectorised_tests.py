# zoo: honest
# what: all tests of a block at once: a cumulative product of flags counts what stands
# caught-by: none
import torch
from speculation import Sampler


class This(Sampler):
    def round(self, gamma):
        drafts, rows = self.propose(gamma)
        target = self.score(drafts)
        if not drafts:
            return [self.draw(target[0])]
        draft, ids, at = torch.stack(rows), torch.tensor(drafts), torch.arange(gamma)
        ratio = target[at, ids] / draft[at, ids]
        stood = int((torch.rand(gamma, generator=self.generator) < ratio).long().cumprod(0).sum())
        # A row of zeros behind the draft's makes the bonus token a correction like any other.
        draft = torch.cat([draft, torch.zeros_like(draft[:1])])
        return [*drafts[:stood], self.draw(self.correction(target[stood], draft[stood]))]


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
