# zoo: cheat
# what: computes at import without end, before any clock runs
# id: L20
# expect: zero
# hangs: yes
while True:
    pass


def generate(*models_and_prompt, **settings):
    pass
