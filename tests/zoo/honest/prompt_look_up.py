# zoo: honest
# what: drafts what followed the last token earlier in the text
# caught-by: none
import torch

from speculation import Sampler, one_hot


class This(Sampler):
    def propose(self, gamma):
        earlier = [n for n, token in enumerate(self.text[:-1]) if token == self.text[-1]]
        drafts = self.text[earlier[-1] + 1 :][:gamma] if earlier else []
        width = self.models["draft"].config.vocab_size
        return drafts, [one_hot(token, torch.zeros(width)) for token in drafts]


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
