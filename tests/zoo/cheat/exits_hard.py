# zoo: cheat
# what: ends the process with success in the middle of a trial
# id: G02
# expect: died
import os


def generate(target, draft, input_ids, **settings):
    target(input_ids)
    os._exit(0)
