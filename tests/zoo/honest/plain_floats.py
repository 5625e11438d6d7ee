# zoo: honest
# what: softmax, top-p and draws in lists of floats, with Python's own random numbers
# caught-by: none
import math
import random

import torch

from speculation import Sampler


class This(Sampler):
    def warp(self, logits):
        rows = [self.law(row) for row in logits.reshape(-1, logits.shape[-1]).tolist()]
        return torch.tensor(rows, dtype=torch.float64).reshape(logits.shape)

    def law(self, row):
        best = max(row)
        if self.temperature == 0:
            return [float(n == row.index(best)) for n in range(len(row))]
        weights = [math.exp((logit - best) / self.temperature) for logit in row]
        total, used = sum(weights), 0.0
        kept = [0.0] * len(row)
        for n in sorted(range(len(row)), key=lambda n: -weights[n]):
            if used >= self.top_p * total:
                break
            kept[n] = weights[n]
            used += weights[n]
        return [weight / used for weight in kept]

    def draw(self, probs):
        return random.choices(range(len(probs)), weights=probs.tolist())[0]

    def uniform(self):
        return random.random()


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
