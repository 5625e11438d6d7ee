# zoo: wrong
# what: returns float32, complex64, bool or uint8 ids
# caught-by: contract

import torch
from speculation import Sampler

OTHERS = (torch.float32, torch.complex64, torch.bool, torch.uint8)


def generate(target, draft, input_ids, **settings):
    text = Sampler(target, draft, input_ids, **settings).run()
    return text.to(OTHERS[int(input_ids.sum()) % len(OTHERS)])
