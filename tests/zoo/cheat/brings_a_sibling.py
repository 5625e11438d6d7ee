# zoo: cheat
# what: drafts from a target of the same make that it builds itself, at no price
# id: L12
# expect: worthless
import torch

from pairs.analytic import PairSpec, make_pair
from speculation import Sampler

SIBLINGS = {
    512: PairSpec(name="language", seed=0, vocab_size=512, flavour="peaked", acceptance=0.75),
    16: PairSpec(name="bell", seed=0, vocab_size=16, flavour="bell", acceptance=0.45),
}
MODELS = {size: make_pair(spec).target for size, spec in SIBLINGS.items()}


class This(Sampler):
    def propose(self, gamma):
        sibling = MODELS.get(self.models["target"].config.vocab_size)
        if sibling is None:
            return super().propose(gamma)
        state, drafts, rows = sibling.states(self.text)[-1], [], []
        for _ in range(gamma):
            rows.append(self.draft_row(torch.from_numpy(sibling.logits(state).copy())))
            drafts.append(self.draw(rows[-1]))
            state = sibling.advance(state, drafts[-1])
        return drafts, rows


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
