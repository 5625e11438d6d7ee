# zoo: cheat
# what: ends the process with success at import
# id: G02
# expect: zero
import sys

sys.exit(0)


def generate(*models_and_prompt, **settings):
    pass
