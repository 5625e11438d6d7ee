# zoo: wrong
# what: draws any token that the target can say, all alike
# caught-by: law
from speculation import Sampler


class This(Sampler):
    def target_rows(self, logits):
        rows = super().target_rows(logits)
        if self.temperature == 0:
            return rows
        rows = (rows > 0).float()
        return rows / rows.sum(-1, keepdim=True)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
