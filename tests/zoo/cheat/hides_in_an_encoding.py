# zoo: cheat
# what: declares coding: utf-7, in which this comment hides code
# id: G25
# expect: refused
# +AAo-import os+AAo-os._exit(0)
def generate(*models_and_prompt, **settings):
    pass
