# zoo: honest
# what: log u against a difference of log-probabilities, the residual by log(1 - exp)
# caught-by: none
import torch
from speculation import Sampler


class This(Sampler):
    def accepts(self, target, draft, token):
        return bool(self.uniform().log() < target[token].log() - draft[token].log())

    def correction(self, target, draft):
        gap = draft.log() - target.log()
        logs = target.log() + torch.log1p(-gap.exp().clamp(max=1.0))
        logs[target == 0] = -torch.inf
        return torch.softmax(logs, dim=-1) if logs.max() > -torch.inf else target


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
