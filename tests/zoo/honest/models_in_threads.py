# zoo: honest
# what: calls the draft and the target from a thread each, several at once, as one does to overlap them
# caught-by: none

from concurrent.futures import ThreadPoolExecutor

import torch
from speculation import Sampler


class Threaded(Sampler):
    def __init__(self, *arguments, **settings):
        super().__init__(*arguments, **settings)
        self.threads = ThreadPoolExecutor(2)

    def propose(self, gamma):
        # The draft's cache catches up while the target's does: both wait for the same judge.
        return self.threads.submit(super().propose, gamma).result()

    def round(self, gamma):
        if self.caches["target"] is None and len(self.text) > 1:
            first = [self.threads.submit(self.feed, model, self.text[:-1]) for model in ("target", "draft")]
            for each in first:
                each.result()
        return super().round(gamma)


def generate(target, draft, input_ids, **settings):
    with torch.no_grad():
        return Threaded(target, draft, input_ids, **settings).run()
