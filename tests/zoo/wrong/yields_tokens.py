# zoo: wrong
# what: is a generator function: it yields token after token
# caught-by: contract

from speculation import Sampler


def generate(target, draft, input_ids, **settings):
    yield from Sampler(target, draft, input_ids, **settings).run()[0].tolist()
