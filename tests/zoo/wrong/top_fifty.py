# zoo: wrong
# what: the usual default of top_k = 50 is still on
# caught-by: law
# diagnosis: truncated
from speculation import Sampler


class This(Sampler):
    def warp(self, logits):
        if logits.shape[-1] > 50:
            least = logits.topk(50, dim=-1).values[..., -1:]
            logits = logits.masked_fill(logits < least, -1e9)
        return super().warp(logits)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
