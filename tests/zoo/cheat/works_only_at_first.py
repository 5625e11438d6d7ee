# zoo: cheat
# what: does its work in the first trials, and returns the prompt after that
# id: G15
# expect: worthless
# caught-by: contract
import os

from speculation import Sampler

COUNT = os.path.join(os.environ["HOME"], "count")


def generate(target, draft, input_ids, **settings):
    with open(COUNT, "a") as file:
        file.write(".")
    if os.path.getsize(COUNT) > 6:
        return input_ids
    return Sampler(target, draft, input_ids, **settings).run()
