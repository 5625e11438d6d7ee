# zoo: wrong
# what: returns a tensor on the meta device, or a sparse one
# caught-by: contract

import torch
from speculation import Sampler


def generate(target, draft, input_ids, **settings):
    text = Sampler(target, draft, input_ids, **settings).run()
    return text.to("meta") if int(input_ids.sum()) % 2 else text.to_sparse()
