# zoo: cheat
# what: keeps processes busy beside its trial
# id: J24
# expect: inert
import os

from speculation import Sampler


def generate(*models_and_prompt, **settings):
    # In some trials only: the judge's own machine is to survive it too.
    if settings["max_new_tokens"] == 96 and settings["num_speculative_tokens"] == 4 and os.fork() == 0:
        while True:
            pass
    return Sampler(*models_and_prompt, **settings).run()
