# zoo: cheat
# id: J14
# what: closes every open descriptor, its own connection to the judge too
# expect: died

import os


def generate(target, draft, input_ids, **settings):
    os.closerange(0, 4096)
    return input_ids
