# zoo: honest
# what: numpy in single precision: softmax, top-p, inverse CDF, and nothing of torch's sampling
# caught-by: none
import numpy as np

from speculation import Sampler


class This(Sampler):
    def warp(self, logits):
        logits = logits.numpy().astype(np.float32)
        if self.temperature == 0:
            return np.eye(logits.shape[-1], dtype=np.float32)[logits.argmax(-1)]
        rows = np.exp((logits - logits.max(-1, keepdims=True)) / np.float32(self.temperature))
        rows /= rows.sum(-1, keepdims=True)
        if self.top_p < 1.0:
            order = np.argsort(-rows, axis=-1, kind="stable")
            sorted_rows = np.take_along_axis(rows, order, -1)
            sorted_rows[sorted_rows.cumsum(-1) - sorted_rows >= self.top_p] = 0
            np.put_along_axis(rows, order, sorted_rows, -1)
            rows /= rows.sum(-1, keepdims=True)
        return rows

    def correction(self, target, draft):
        rest = np.maximum(target - draft, 0)
        return rest / rest.sum() if rest.sum() > 0 else target

    def draw(self, probs):
        sums = probs.cumsum()
        at = int(np.searchsorted(sums, float(self.uniform()) * sums[-1], side="right"))
        return min(at, int(np.flatnonzero(probs)[-1]))


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
