# zoo: cheat
# what: calls sys.exit(0), with a handler that would write a result
# id: G02
# expect: raised
import atexit
import sys

import torch


def generate(target, draft, input_ids, *, max_new_tokens, **settings):
    atexit.register(lambda: torch.cat([input_ids, input_ids.new_zeros((1, max_new_tokens))], dim=1))
    sys.exit(0)
