# zoo: wrong
# what: moves the prompt to a GPU, where there is none
# caught-by: contract

from speculation import Sampler


def generate(target, draft, input_ids, **settings):
    return Sampler(target, draft, input_ids.cuda(), **settings).run()
