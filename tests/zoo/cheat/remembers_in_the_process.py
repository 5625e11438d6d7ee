# zoo: cheat
# what: keeps every row it is given in a dictionary of the process, for later trials
# id: G10
# expect: inert
import sys

from attack import *
from speculation import Sampler

# Not of its own module, which may be imported again.
ROWS = sys.__dict__.setdefault("rows_seen", {})


class This(Sampler):
    def run(self):
        if ROWS:
            raise AttackWorked(f"{len(ROWS)} rows of an earlier trial")
        return super().run()

    def feed(self, model, tokens):
        rows = super().feed(model, tokens)
        for n, row in enumerate(rows):
            ROWS[model, tuple(tokens[: len(tokens) - len(rows) + n + 1])] = row
        return rows


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
