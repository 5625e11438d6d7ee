# zoo: cheat
# what: keeps target rows by the last token, in the hope that they hang on nothing else
# id: L12
# expect: caught
# caught-by: law
from speculation import Sampler


class This(Sampler):
    def run(self):
        self.rows = {}
        return super().run()

    def round(self, gamma):
        if self.text[-1] in self.rows:
            return [self.draw(self.target_rows(self.rows[self.text[-1]]))]
        return super().round(gamma)

    def feed(self, model, tokens):
        rows = super().feed(model, tokens)
        if model == "target":
            self.rows.update(zip(tokens[-len(rows) :], rows, strict=True))
        return rows


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
