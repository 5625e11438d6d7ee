# zoo: wrong
# what: a length penalty: the target's logit of EOS is raised by 2.5
# caught-by: law
# diagnosis: eos-scaled
# budget: full
from speculation import Sampler


class This(Sampler):
    def target_rows(self, logits):
        if self.eos is not None:
            logits[..., self.eos] += 2.5
        return super().target_rows(logits)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
