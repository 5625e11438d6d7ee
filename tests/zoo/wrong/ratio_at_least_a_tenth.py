# zoo: wrong
# what: the ratio is clamped to at least 0.1, so that no draft is hopeless
# caught-by: law
# diagnosis: ratio-clamped
from speculation import Sampler


class This(Sampler):
    def accepts(self, target, draft, token):
        ratio = (target[token] / draft[token]).clamp(0.1, 1.0)
        return bool(self.uniform() < ratio)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
