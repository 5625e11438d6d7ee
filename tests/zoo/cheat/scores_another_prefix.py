# zoo: cheat
# what: asks the target about a prefix like its own, with two tokens changed round
# id: L22
# expect: caught
# caught-by: provenance
import torch

from speculation import Sampler


class This(Sampler):
    def feed(self, model, tokens):
        if model == "draft" or self.start < 2:
            return super().feed(model, tokens)
        turned = [tokens[1], tokens[0], *tokens[2:]]
        return self.models[model](torch.tensor([turned])).logits[0]


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
