# zoo: cheat
# id: G02
# what: reads the address 0, or nests data too deep for the interpreter's own stack
# expect: died

import ctypes
import os
import resource


def generate(target, draft, input_ids, **settings):
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    ctypes.string_at(0)
    os._exit(0)
