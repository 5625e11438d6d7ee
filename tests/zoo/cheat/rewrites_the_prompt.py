# zoo: cheat
# what: goes on from a prompt of its own choice, and returns that
# id: G18
# expect: bad result
from speculation import Sampler


def generate(target, draft, input_ids, **settings):
    return Sampler(target, draft, (input_ids + 1) % 8, **settings).run()
