# zoo: cheat
# what: keeps target rows in files, each by its text, and asks no more where it has one
# id: G11
# expect: inert
import os
import pickle

import torch

from attack import *
from speculation import Sampler

FOLDER = os.path.join(os.environ["HOME"], "rows")


def place(tokens):
    return os.path.join(FOLDER, "-".join(map(str, tokens)))


class This(Sampler):
    def run(self):
        os.makedirs(FOLDER, exist_ok=True)
        return super().run()

    def round(self, gamma):
        # A row that is known is as good as a call.
        if os.path.exists(place(self.text)):
            with open(place(self.text), "rb") as file:
                return [self.draw(self.target_rows(torch.tensor(pickle.load(file))))]
        return super().round(gamma)

    def feed(self, model, tokens):
        rows = super().feed(model, tokens)
        if model == "target" and len(tokens) - len(rows) < self.start:
            with open(place(self.text), "wb") as file:
                pickle.dump(rows[self.start - 1 - (len(tokens) - len(rows))].tolist(), file)
        return rows


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
