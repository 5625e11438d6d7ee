# zoo: wrong
# what: logits of tokens that the text has already are lowered, by the usual factor of 1.1
# caught-by: law
# diagnosis: repeats-penalised
import torch
from speculation import Sampler


class This(Sampler):
    def feed(self, model, tokens):
        logits = super().feed(model, tokens)
        for n, row in enumerate(logits):
            seen = sorted(set(tokens[: len(tokens) - len(logits) + n + 1]))
            row[seen] = torch.where(row[seen] > 0, row[seen] / 1.1, row[seen] * 1.1)
        return logits


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
