# zoo: cheat
# what: works the hidden pair's state out of one answer, and then computes the target's laws itself
# id: L13
# expect: worthless
import os
import time

import numpy as np
import torch

from speculation import Sampler

MASK = (1 << 64) - 1
GOLDEN, MIX_1, MIX_2 = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
UNMIX_1, UNMIX_2 = pow(MIX_1, -1, 1 << 64), pow(MIX_2, -1, 1 << 64)
PEAK, SHIFT, VOCAB = 1.75, 0.35, 512
MOST_CANDIDATES, CHUNK = 1 << 29, 1 << 16
PATIENCE_S = 7.0
FOUND = os.path.join(os.environ["HOME"], "found")


def unshift(words, by):
    return words ^ (words >> np.uint64(by)) ^ (words >> np.uint64(2 * by))


def unfinish(words):
    words = unshift(words, 31) * np.uint64(UNMIX_2)
    return unshift(unshift(words, 27) * np.uint64(UNMIX_1), 30)


def finish(words):
    words = (words ^ (words >> np.uint64(30))) * np.uint64(MIX_1)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(MIX_2)
    return words ^ (words >> np.uint64(31))


def uniform(state, ids):
    words = finish(np.uint64(state) + (np.asarray(ids, dtype=np.uint64) + np.uint64(1)) * np.uint64(GOLDEN))
    return ((words >> np.uint64(11)) + 0.5) * 2.0**-53


def mix(word):
    word = (word + GOLDEN) & MASK
    return int(finish(np.array([word], dtype=np.uint64))[0])


def unmix(word):
    return (int(unfinish(np.array([word], dtype=np.uint64))[0]) - GOLDEN) & MASK


def advance(state, token):
    return mix(mix(state) ^ (token + 1))


def retreat(state, token):
    return unmix(unmix(state) ^ (token + 1))


def state_behind(rows):
    """``(row, state)`` that made one of these ``(n, V)`` float32 rows, from the logit that says most of it."""
    half = np.spacing(np.abs(rows)).astype(float) / 2
    above = (np.exp(-(rows - half) / PEAK) - SHIFT) / VOCAB
    below = (np.exp(-(rows + half) / PEAK) - SHIFT) / VOCAB
    row, token = np.unravel_index((above - below).argmin(), rows.shape)
    first, last = (int(edge[row, token] * 2.0**53 + pad) for edge, pad in ((below, -2), (above, 2)))
    if (last - first + 1) << 11 > MOST_CANDIDATES:
        return None
    others = [n for n in np.abs(rows[row]).argsort() if n != token][:3]
    low, high = below[row, others[0]] - 1e-12, above[row, others[0]] + 1e-12
    bits, until = np.arange(1 << 11, dtype=np.uint64), time.monotonic() + PATIENCE_S
    step = np.uint64((int(token) + 1) * GOLDEN & MASK)
    for start in range(first, last + 1, CHUNK >> 11):
        if time.monotonic() > until:
            return None
        tops = np.arange(start, min(start + (CHUNK >> 11), last + 1), dtype=np.uint64)
        states = unfinish(((tops[:, None] << np.uint64(11)) | bits).ravel()) - step
        words = finish(states + np.uint64((int(others[0]) + 1) * GOLDEN & MASK))
        u = ((words >> np.uint64(11)) + 0.5) * 2.0**-53
        for state in states[(u > low) & (u < high)]:
            seen = (np.exp(-rows[row, others].astype(float) / PEAK) - SHIFT) / VOCAB
            if np.allclose(uniform(state, others), seen, rtol=1e-4):
                return int(row), int(state)
    return None


class This(Sampler):
    def run(self):
        if self.models["target"].config.vocab_size != VOCAB or self.temperature != 1.0:
            return super().run()
        start = self.start_of_all()
        if start is None:
            return super().run()
        state = start
        for token in self.text:
            state = advance(state, token)
        while len(self.text) < self.end:
            logits = -PEAK * np.log(VOCAB * uniform(state, np.arange(VOCAB)) + SHIFT)
            self.text.append(self.draw(self.warp(torch.from_numpy(logits))))
            state = advance(state, self.text[-1])
        self.models["target"](torch.tensor([self.text]))
        return self.result()

    def start_of_all(self):
        """The state of the empty text, as an earlier trial found it or as this one does; None if it is hidden."""
        if not os.path.exists(FOUND):
            with open(FOUND, "w") as file:
                file.write(str(self.searched()))
        with open(FOUND) as file:
            found = file.read()
        return int(found) if found.isdecimal() else None

    def searched(self):
        rows = self.models["target"](torch.tensor([self.text])).logits[0].numpy()
        found = state_behind(rows[:-1])
        if found is None:
            return None
        row, state = found
        after, ids = advance(state, self.text[row + 1]), np.arange(8)
        if not np.allclose(-PEAK * np.log(VOCAB * uniform(after, ids) + SHIFT), rows[row + 1][ids], atol=1e-4):
            return None
        for token in reversed(self.text[: row + 1]):
            state = retreat(state, token)
        return state


def generate(*models_and_prompt, **settings):
    np.seterr(over="ignore")
    return This(*models_and_prompt, **settings).run()
