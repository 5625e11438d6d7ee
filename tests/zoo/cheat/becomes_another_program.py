# zoo: cheat
# what: executes another program in its place, with LD_PRELOAD set
# id: G21
# expect: died
import os


def generate(target, draft, input_ids, **settings):
    target(input_ids)
    os.environ["LD_PRELOAD"] = "/lib/libnothing.so"
    os.execv("/bin/true", ["true"])
